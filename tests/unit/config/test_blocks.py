"""A stage reads its own blocks of params.yaml, with the same words for faults as the whole file gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from modelratchet.config.blocks import load_settings
from modelratchet.config.columns import Columns
from modelratchet.config.evaluate import Evaluate
from modelratchet.config.latency import LatencyLimit
from modelratchet.config.reading import load_params
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings, TaskName
from modelratchet.errors import ConfigError

EXAMPLE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "params.yaml").read_text())


class Blocks(Settings):
    task: TaskName
    seed: Seed = DEFAULT_SEED
    columns: Columns
    evaluate: Evaluate
    gate: LatencyLimit


def written(folder: Path, **blocks: Any) -> Path:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump({**EXAMPLE, **blocks}))
    return path


def faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_settings(Blocks, path)
    return caught.value.faults


def test_blocks_are_those_of_the_whole_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    found, params = load_settings(Blocks, path), load_params(path)

    assert (found.task, found.seed, found.columns, found.evaluate) == (
        params.task,
        params.seed,
        params.columns,
        params.evaluate,
    )
    assert found.gate.maximum_latency_ratio == params.gate.maximum_latency_ratio


def test_a_fault_in_another_block_is_left_to_others(tmp_path: Path) -> None:
    load_settings(Blocks, written(tmp_path, train={"estimatr": 3}, gate={"margn": 1}, sed=4))


def test_every_fault_of_its_blocks_is_told_at_once_in_the_words_of_the_whole_file(tmp_path: Path) -> None:
    path = written(tmp_path, evaluate={"primry": "roc_auc"}, columns={**EXAMPLE["columns"], "label": 3}, task="binry")

    found = faults(path)
    assert "evaluate.primary: missing, and it has no default" in found
    assert "evaluate.primry: unknown key; did you mean primary?" in found
    with pytest.raises(ConfigError) as caught:
        load_params(path)
    assert set(found) <= set(caught.value.faults)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("text", "fault"),
    [("a: [", "it is not YAML"), ("- a", "it holds list, expected blocks"), ("seed: 1\nseed: 2", "given twice: seed")],
)
def test_a_file_without_blocks_is_a_fault(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "params.yaml").write_text(text)

    assert fault in faults(tmp_path / "params.yaml")[0]


def test_a_missing_file_says_where_to_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="it is not there"):
        load_settings(Blocks, tmp_path / "params.yaml")
