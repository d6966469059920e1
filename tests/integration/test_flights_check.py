"""The example's rows on their way to the split: quick to read, joined well, divided by time, and held against their suite."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from modelratchet.adapters.gx_data_checker import CheckPlaces, GxDataChecker
from modelratchet.config.reading import load_params
from modelratchet.modeling.ingesting import ingest
from modelratchet.modeling.tables import write_table
from modelratchet.wiring.columns import column_plan
from modelratchet.wiring.splitting import divided
from pipeline import project

ROOT = Path(__file__).parents[2]

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
    assert len(found) == 327_346


def test_no_number_tells_nearly_all(year: pd.DataFrame) -> None:
    assert year.drop(columns="late").select_dtypes("number").corrwith(year["late"]).abs().max() < 0.3


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
