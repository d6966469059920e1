"""The example on its real data: a year of flights, what is known of them, and the suite that they meet."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from modelratchet.adapters.gx_data_checker import CheckPlaces, GxDataChecker
from modelratchet.config.reading import load_params
from modelratchet.errors import InputError
from modelratchet.modeling.frames import features_of
from modelratchet.modeling.ingesting import ingest
from modelratchet.modeling.tables import write_table
from modelratchet.wiring.data import column_plan, divided
from pipeline import project

ROOT = Path(__file__).parents[2]
AFTER_DEPARTURE = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "time_hour"}

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    return project.rows()


@pytest.fixture(scope="module")
def ingested(year: pd.DataFrame) -> pd.DataFrame:
    return ingest(year, list(year.columns), column_plan(load_params(ROOT / "params.yaml")))


def test_year_is_read_whole_and_quickly() -> None:
    started = time.process_time()
    found = project.rows()

    assert time.process_time() - started < 6
    assert len(found) == 336_776 - 9_430
    assert found["flight_id"].is_unique


def test_share_of_late_flights_moves_with_the_season(year: pd.DataFrame) -> None:
    shares = year.groupby("month")["late"].mean()

    assert shares[9] == pytest.approx(0.132, abs=0.001)
    assert shares[12] == pytest.approx(0.326, abs=0.001)


def test_nothing_is_known_that_a_departure_tells(year: pd.DataFrame) -> None:
    named = set(column_plan(load_params(ROOT / "params.yaml")).features)

    assert not AFTER_DEPARTURE & set(year.columns)
    assert named <= set(year.columns)
    assert year.drop(columns="late").select_dtypes("number").corrwith(year["late"]).abs().max() < 0.3


def test_months_make_a_window_whose_rows_do_not_depend_on_it(year: pd.DataFrame) -> None:
    march = project.rows(3, 3)

    pd.testing.assert_frame_equal(march, year[year["month"] == 3].reset_index(drop=True))


@pytest.mark.parametrize("window", [(0, 3), (4, 3), (1, 13)])
def test_window_outside_the_year_is_refused(window: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"asks for months"):
        project.rows(*window)


def test_weather_joins_no_flight_twice(year: pd.DataFrame) -> None:
    assert year["temp"].notna().mean() > 0.99
    assert year["departures_in_hour"].between(1, 60).all()


def test_split_holds_out_the_last_months(ingested: pd.DataFrame) -> None:
    sides = divided(ingested, load_params(ROOT / "params.yaml"))

    assert sides.train["scheduled_departure"].max() < sides.holdout["scheduled_departure"].min()
    assert (len(sides.train), len(sides.holdout)) == (273_355, 53_991)


def test_flights_meet_their_suite(ingested: pd.DataFrame, tmp_path: Path) -> None:
    write_table(tmp_path / "rows.parquet", ingested)
    places = CheckPlaces(tmp_path / "gx", ROOT / "expectations", tmp_path / "docs")
    plan = column_plan(load_params(ROOT / "params.yaml"))

    found = GxDataChecker(places, plan, "flights", 0.0).check(tmp_path / "rows.parquet", "sha256:1")

    assert found.failed == ()
    assert found.n_expectations == 125


def test_own_estimator_learns_from_a_month(ingested: pd.DataFrame) -> None:
    plan = column_plan(load_params(ROOT / "params.yaml"))
    month = ingested[ingested["month"] == 6].head(5000)
    features = features_of(month, plan.numeric, plan.categorical)
    pipeline = project.estimator(numeric=plan.numeric, categorical=plan.categorical, task="binary", seed=1, penalty=0.5)

    fitted = pipeline.fit(features, month["late"])

    assert fitted.score(features, month["late"]) > month["late"].eq("0").mean()
