"""What a stage is made of: its own blocks of params.yaml and its own code, and none of what judges, ships or retrains."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.architecture.stage_sources import listed, stages

READS_ALL_BLOCKS = {"decide", "record"}
LIMITS = {"train": 40, "convert": 70, "evaluate": 65}
FOREIGN = re.compile(
    r"modelratchet\.(core\.(gate|rules|policy|page|ledger|folding|certificate)|config\.(params|reading|gate_params)|serving"
    r"|.*(registry|mlflow|retrain|packag|\.serving))"
)
MAKES_AND_MEASURES = ("ingest", "split", "train", "convert", "evaluate")


@pytest.mark.parametrize("stage", [name for name, stage in stages().items() if "params" in stage])
def test_stage_reads_the_blocks_that_dvc_watches_for_it_and_no_others(stage: str) -> None:
    watched = {key.split(".")[0] for key in stages()[stage]["params"]}
    module = importlib.import_module(f"pipeline.{stage}")

    if stage == "test_model":  # what its tests may ask for is read by the fixture `score`
        module = importlib.import_module("modelratchet.config.evaluate")
    assert stage in READS_ALL_BLOCKS or set(module.Blocks.model_fields) == watched


@pytest.mark.parametrize(("stage", "limit"), LIMITS.items())
def test_stage_is_made_of_few_modules(stage: str, limit: int) -> None:
    assert len(listed()[stage]["modules"]) <= limit


@pytest.mark.parametrize("stage", MAKES_AND_MEASURES)
def test_no_gate_page_ledger_registry_retraining_packaging_or_server_makes_or_measures_a_model(stage: str) -> None:
    assert [name for name in listed()[stage]["modules"] if FOREIGN.search(name)] == []


@pytest.mark.parametrize("stage", ["ingest", "split", "train", "convert"])
def test_no_metric_and_no_check_of_rows_makes_a_model(stage: str) -> None:
    named = re.compile(r"core\.metrics|metric_names|gx_data_checker|check_data|data_checking")

    assert [name for name in listed()[stage]["modules"] if named.search(name)] == []


CACHED = [name for name, stage in stages().items() if not stage.get("always_changed")]
DEVELOPMENT = {
    "boto3", "dvc-s3", "grimp", "hatchling", "hypothesis", "import-linter", "moto", "mypy", "playwright", "pytest-timeout", "pytest-xdist", "ruff",
    "s3fs", "schemathesis", "statsmodels", "tritonclient", "types-pyyaml", "types-requests", "zizmor",
}  # fmt: skip


@pytest.mark.parametrize("stage", CACHED)
def test_no_package_for_development_or_for_what_is_around_the_stages_makes_or_judges_a_model(stage: str) -> None:
    around = {"mlflow", "dvc", "bentoml", "click", "rich"}

    assert not (DEVELOPMENT | around) & set(listed()[stage]["packages"])


def test_pytest_runs_the_tests_of_the_model_alone() -> None:
    assert [stage for stage in CACHED if "pytest" in listed()[stage]["packages"]] == ["test_model"]


def test_stages_that_make_the_model_share_their_packages() -> None:
    packages = [listed()[stage]["packages"] for stage in ("ingest", "split", "train", "convert")]

    assert all(one == packages[0] for one in packages)
    assert {"numpy", "pandas", "scikit-learn", "onnx"} <= set(packages[0])


def test_a_new_runtime_is_answered_for_by_parity_and_latency() -> None:
    named = [entry for entry, parts in listed().items() if "onnxruntime" in parts["packages"]]

    assert named == ["check_parity", "measure_latency", "runtime"]
    assert all("data/code/runtime.json" in stages()[stage]["deps"] for stage in named[:2])


@pytest.mark.parametrize("stage", CACHED)
def test_no_stage_depends_on_the_whole_lock(stage: str) -> None:
    assert "requirements.lock" not in stages()[stage]["deps"]
