"""Faults of params.yaml: all at once, each with what is allowed."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelratchet.config.reading import load_params, parse_params
from modelratchet.errors import ConfigError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())
    return copy.deepcopy(content)


def faults(settings: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_params(settings)
    return caught.value.faults


def test_settings_of_the_example_hold() -> None:
    assert load_params(ROOT / "params.yaml").train.estimator == "hist_gradient_boosting"


def test_every_fault_is_told_at_once(settings: dict[str, Any]) -> None:
    settings["sed"] = 3
    del settings["gate"]["margin"]
    settings["train"]["estimator"] = "forest"
    settings["evaluate"]["primary"] = "rmse"

    found = faults(settings)

    assert "sed: unknown key; did you mean seed?" in found
    assert "gate.margin: missing, and it has no default" in found
    assert any(fault.startswith("train.estimator: found 'forest'") for fault in found)
    assert any(fault.startswith("evaluate.primary: found 'rmse'; a binary task has") for fault in found)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("block", "key", "value", "message"),
    [
        ("train", "estimatr", "x", "train.estimatr: unknown key; did you mean estimator?"),
        ("ingest", "source", "cvs", "did you mean csv?"),
        ("gate", "margin", -1, "gate.margin: found -1; input should be greater than or equal to 0"),
        ("gate", "margin", True, "gate.margin: found True; input should be a valid number"),
        ("gate", "margin", "1e-3", "write 1.0e-3"),
        ("gate", "floors", {"auc": 0.5}, "did you mean roc_auc?"),
        ("evaluate", "confidence", 2.0, "input should be less than 1"),
        ("evaluate", "slices", ["tail"], "evaluate.slices: found 'tail'; expected one of columns.categorical"),
        ("columns", "numeric", ["hour", "hour"], "named more than once"),
        ("columns", "kept", ["hour"], "named more than once"),
        ("compare", "cluster", "day", "compare.cluster: found 'day', which ingest drops; name it under columns.kept"),
        ("evaluate", "groups", ["hour"], "evaluate.groups: found 'hour'; expected one of columns.categorical"),
        ("columns", "time", None, "columns.time: missing, split.method time needs it"),
        ("split", "holdout_share", 0.2, "method time needs holdout_from, and not holdout_share"),
        ("split", "holdout_from", "soon", "split.holdout_from: found 'soon'"),
    ],
)
def test_one_fault_is_named_by_its_key(
    settings: dict[str, Any], block: str, key: str, value: object, message: str
) -> None:
    settings[block][key] = value

    assert any(message in fault for fault in faults(settings))


@pytest.mark.parametrize("name", ["seed", "check_data", "parity", "compare", "latency"])
def test_a_block_or_key_that_dvc_watches_has_to_be_there(settings: dict[str, Any], name: str) -> None:
    del settings[name]

    assert [fault.split(";")[0] for fault in faults(settings)] == [f"{name}: missing"]


@pytest.mark.parametrize("column", ["scheduled_departure", "carrier", "hour", "tail"])
def test_any_column_that_the_rows_have_may_be_a_cluster(settings: dict[str, Any], column: str) -> None:
    settings["columns"]["kept"] = ["tail"]
    settings["compare"]["cluster"] = column

    assert parse_params(settings).compare.cluster == column


def test_groups_of_a_regression_are_a_fault(settings: dict[str, Any]) -> None:
    settings["task"] = "regression"
    settings["evaluate"] |= {"primary": "rmse", "groups": ["carrier"]}
    settings["gate"] |= {"floors": {}, "guards": {}}

    assert faults(settings) == ("evaluate.groups: a regression has no rates to compare between groups; leave it empty",)


def test_option_of_one_estimator_is_checked_in_its_own_block(settings: dict[str, Any]) -> None:
    settings["train"]["random_forest"] = {"max_features": "sqr"}

    assert any("train.random_forest.max_features" in fault and "sqrt" in fault for fault in faults(settings))


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "NoneType"), ("- a", "list"), ("a: [", "not YAML"), ("model: a\nmodel: b\n", "given twice: model")],
)
def test_file_that_is_no_settings_is_one_clear_fault(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "params.yaml").write_text(text)

    with pytest.raises(ConfigError, match=message):
        load_params(tmp_path / "params.yaml")


def test_missing_file_says_where_to_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_params(tmp_path / "params.yaml")

    assert "root folder" in caught.value.hint
