"""What a stage is made of: its own blocks of params.yaml and its own code, and none of what judges, ships or retrains."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.architecture.stage_sources import listed, stages

READS_ALL_BLOCKS = {"decide", "record"}
LIMITS = {"train": 40, "convert": 70, "evaluate": 65}
FOREIGN = re.compile(
    r"modelratchet/(core/(gate|rules|policy|page|ledger|folding|certificate|retraining)"
    r"|.*(registry|mlflow|retrain|packag|gate_params|config/(serving|params|reading)|/serving))"
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
    assert len(listed()[stage]) <= limit


@pytest.mark.parametrize("stage", MAKES_AND_MEASURES)
def test_no_gate_page_ledger_registry_retraining_packaging_or_server_makes_or_measures_a_model(stage: str) -> None:
    assert [name for name in listed()[stage] if FOREIGN.search(name)] == []


@pytest.mark.parametrize("stage", ["ingest", "split", "train", "convert"])
def test_no_metric_and_no_check_of_rows_makes_a_model(stage: str) -> None:
    named = re.compile(r"core/metrics|metric_names|gx_data_checker|check_data|data_checking")

    assert [name for name in listed()[stage] if named.search(name)] == []
