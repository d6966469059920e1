"""What a model of late flights has to do, whichever estimator it is made of: run by the `test_model` stage, or `pytest tests/model` by hand.

The limits leave room: the four estimators and the project's own keep within them, fitted on ten months and on six weeks. What
falls below one of them is a fault, not bad luck; whether a model is good enough is for the gate's margins and floors to say.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from modelratchet.core.schema import Schema
from modelratchet.testing.loaded_model import LoadedModel

ChanceOfLate = Callable[[pd.DataFrame], pd.Series]
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
PLANE = ["plane_year", "seats", "engines"]
DAY_PARTS = {"morning": (0, 9), "midday": (10, 15), "evening": (16, 23)}


# what must not change the answer


def test_a_flight_is_answered_alike_alone_and_in_company(
    some_flights: pd.DataFrame, chance_of_late: ChanceOfLate
) -> None:
    alone = pd.concat([chance_of_late(some_flights.iloc[[row]]) for row in range(50)])

    assert alone.equals(chance_of_late(some_flights).iloc[:50])


def test_the_order_of_flights_and_columns_does_not_matter(
    some_flights: pd.DataFrame, chance_of_late: ChanceOfLate
) -> None:
    turned = some_flights.iloc[::-1, ::-1]

    assert chance_of_late(turned).iloc[::-1].equals(chance_of_late(some_flights))


def test_number_and_date_of_a_flight_do_not_matter(some_flights: pd.DataFrame, chance_of_late: ChanceOfLate) -> None:
    nameless = some_flights.drop(columns=["flight_id", "scheduled_departure", "late"])

    assert chance_of_late(nameless).equals(chance_of_late(some_flights))


# which way the answer goes


def test_storms_make_flights_later(some_flights: pd.DataFrame, chance_of_late: ChanceOfLate) -> None:
    storm = chance_of_late(some_flights.assign(visib=1.0, precip=0.3))
    clear = chance_of_late(some_flights.assign(visib=10.0, precip=0.0))

    assert (storm - clear).mean() > 0


def test_delays_add_up_over_the_day(some_flights: pd.DataFrame, chance_of_late: ChanceOfLate) -> None:
    at_dawn = chance_of_late(some_flights.assign(hour=6, minute=0, scheduled_minute=6 * 60))
    at_night = chance_of_late(some_flights.assign(hour=20, minute=0, scheduled_minute=20 * 60))

    assert (at_night - at_dawn).mean() > 0


# the least that every part of the rows gets


@pytest.mark.parametrize("origin", ["EWR", "JFK", "LGA"])
def test_no_airport_is_guessed_at(origin: str, holdout: pd.DataFrame, candidate: LoadedModel) -> None:
    assert candidate.measure(holdout[holdout["origin"] == origin], "roc_auc") > 0.55


@pytest.mark.parametrize("part", DAY_PARTS)
def test_no_part_of_the_day_is_guessed_at(part: str, holdout: pd.DataFrame, candidate: LoadedModel) -> None:
    assert candidate.measure(holdout[holdout["hour"].between(*DAY_PARTS[part])], "roc_auc") > 0.55


# what is missing or new


def test_without_any_weather_the_timetable_still_tells(holdout: pd.DataFrame, candidate: LoadedModel) -> None:
    blind = candidate.measure(holdout.assign(**dict.fromkeys(WEATHER, np.nan)), "roc_auc")

    assert blind > 0.52
    assert blind > candidate.measure(holdout, "roc_auc") - 0.12


@pytest.mark.parametrize("missing", [WEATHER, PLANE, WEATHER + PLANE], ids=["weather", "plane", "both"])
def test_missing_numbers_still_give_chances(
    missing: list[str], some_flights: pd.DataFrame, chance_of_late: ChanceOfLate
) -> None:
    assert chance_of_late(some_flights.assign(**dict.fromkeys(missing, np.nan))).between(0, 1).all()


@pytest.mark.parametrize("value", ["", "a carrier of tomorrow"])
def test_a_carrier_or_place_it_never_saw_still_gives_chances(
    value: str, some_flights: pd.DataFrame, chance_of_late: ChanceOfLate, schema: Schema
) -> None:
    assert chance_of_late(some_flights.assign(**dict.fromkeys(schema.categorical, value))).between(0, 1).all()


# against the model that reigns


def test_evenings_when_most_flights_are_late_are_not_given_up(
    holdout: pd.DataFrame, champion: LoadedModel, score: Callable[..., float]
) -> None:
    evening = holdout[holdout["hour"] >= 17]

    assert score(evening) > score(evening, champion) - 0.05
