"""A window in params.yaml: in the form that each key has, and only where it says something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from modelratchet.config.params import Params
from modelratchet.config.reading import parse_params, read_params
from modelratchet.config.window_keys import open_options, window_rule, with_window
from modelratchet.core.periods import Unit, read_period
from modelratchet.core.windows import Window
from modelratchet.errors import ConfigError

EXAMPLE = (Path(__file__).parents[3] / "params.yaml").read_text()
CSV = """
ingest: {source: csv, path: rows.csv, since: null, until: }
split: {method: time, holdout_from: "2013-01-01"}
"""
DEFAULTS = {
    name: value for name, value in yaml.safe_load(EXAMPLE).items() if name not in ("ingest", "split", "retrain")
}
Changes = dict[str, tuple[str | int | None, str | int]]


def window(first: str, holdout: str, last: str, unit: Unit = Unit.MONTH) -> Window:
    return Window(*(read_period(name, unit) for name in (first, holdout, last)))


def settings(text: str, **retrain: Any) -> Params:
    found = {**DEFAULTS, **yaml.safe_load(text), "retrain": {"period": "month", **retrain}}
    return parse_params(found)


def changed(text: str, wanted: Window, **retrain: Any) -> Changes:
    return dict(with_window(text, settings(text, **retrain), wanted).changes)


def test_example_says_the_window_of_its_year() -> None:
    params = read_params(EXAMPLE.encode(), "params.yaml")

    assert with_window(EXAMPLE, params, window("2013-01", "2013-11", "2013-12")).changes == {}
    moved = with_window(EXAMPLE, params, window("2013-01", "2013-08", "2013-09"))
    assert moved.changes == {
        "ingest.options.last_month": (12, 9),
        "split.holdout_from": ("2013-11-01T00:00:00", "2013-08-01T00:00:00"),
    }
    assert open_options(params) == {"first_month": 1}
    assert read_params(moved.text.encode(), "params.yaml").ingest.options == {"first_month": 1, "last_month": 9}


def test_window_is_cut_by_until_where_no_key_is_named() -> None:
    assert changed(CSV, window("2012-01", "2013-03", "2013-04")) == {
        "ingest.until": (None, "2013-05-01T00:00:00"),
        "split.holdout_from": ("2013-01-01", "2013-03-01T00:00:00"),
    }


def test_rolling_window_leaves_old_rows_out_too() -> None:
    assert changed(CSV, window("2012-01", "2013-01", "2013-04"), training_periods=12) == {
        "ingest.since": (None, "2012-01-01T00:00:00"),
        "ingest.until": (None, "2013-05-01T00:00:00"),
    }


@pytest.mark.parametrize(
    "written", ["2013-04-01", "2013-04-01 00:00", "2013-04-01T00:00:00Z", "2013-03-31T19:00:00-05:00"]
)
def test_key_that_says_the_same_moment_in_other_words_is_left_alone(written: str) -> None:
    text = CSV.replace("2013-01-01", written)

    assert list(changed(text, window("2012-01", "2013-04", "2013-04"))) == ["ingest.until"]


def test_moments_of_a_zone_name_their_distance_from_utc() -> None:
    found = changed(CSV, window("2013-01", "2013-03", "2013-03"), time_zone="America/New_York")

    assert [new for _, new in found.values()] == ["2013-04-01T00:00:00-04:00", "2013-03-01T00:00:00-05:00"]


@pytest.mark.parametrize(
    ("edge", "form", "found", "expected"),
    [
        ("first", "%Y-%m", '"2012-12"', "2013-01"),
        ("last", "%m", "7", 12),
        ("last", "%m", '"07"', "12"),
        ("first", "%m", "7", 1),
        ("holdout", "%Y%m%d", "20130701", 20131101),
        ("until", "%Y-%m-%d", "null", "2014-01-01"),
        ("last", "%G-W%V", "''", "2013-W48"),
    ],
)
def test_edge_is_written_in_its_form(edge: str, form: str, found: str, expected: str | int) -> None:
    text = CSV.replace("source: csv, path: rows.csv", f"source: project, options: {{key: {found}}}")

    moved = changed(
        text, window("2013-01", "2013-11", "2013-12"), moves={"ingest.options.key": {"edge": edge, "form": form}}
    )

    assert moved["ingest.options.key"][1] == expected
    assert "ingest.until" not in moved


def test_settings_that_say_nothing_of_a_period_move_nothing() -> None:
    with pytest.raises(ConfigError, match=r"retrain.period: missing"):
        window_rule(settings(CSV, period=None))


@pytest.mark.parametrize(
    ("retrain", "text", "fault"),
    [
        ({}, CSV.replace(", until: ", ""), "ingest.until: missing; `ratchet retrain` moves it: write `until: null`"),
        ({"training_periods": 3}, CSV.replace("since: null, ", ""), "ingest.since: missing"),
        ({"moves": {"ingest.options.month": {"edge": "last"}}}, CSV, "ingest.options.month: missing, but retrain.moves"),
        ({"moves": {"split.seed": {"edge": "last"}}}, CSV, "retrain.moves.split.seed"),
        ({"moves": {"ingest.until": {"edge": "end"}}}, CSV, "retrain.moves.ingest.until.edge: found 'end'"),
        ({"moves": {"ingest.until": {"edge": "last", "form": "month"}}}, CSV, "retrain.moves.ingest.until.form: found"),
        ({"time_zone": "Mars/Olympus"}, CSV, "retrain.time_zone: found 'Mars/Olympus', expected a time zone"),
        ({"time_zone": "../../etc/passwd"}, CSV, "retrain.time_zone: found"),
        ({"period": "year"}, CSV, "retrain.period: found 'year'"),
        ({"holdout_periods": 0}, CSV, "retrain.holdout_periods: found 0"),
        ({}, CSV.replace("until: ", "until: 2013-01-01"), "ingest.until: found the date 2013-01-01; write it in quotes"),
        ({}, CSV.replace('method: time, holdout_from: "2013-01-01"', "method: hash, holdout_share: 0.2"), "split.method is hash"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_moved_are_refused(retrain: dict[str, Any], text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(text, **retrain)

    assert any(fault in found for found in caught.value.faults), caught.value.faults
