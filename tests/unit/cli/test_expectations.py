"""`ratchet expectations suggest`: from rows that were ingested to a suite's file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from modelratchet.config.layout import PARAMS, ROWS
from modelratchet.config.reading import load_params
from modelratchet.modeling.ingesting import ingest
from modelratchet.modeling.tables import write_table
from modelratchet.wiring.columns import column_plan
from tests.projects.diabetes import project

SETTINGS = Path(__file__).parents[2] / "projects/diabetes/params.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(SETTINGS, PARAMS)
    return tmp_path


def test_suite_is_written_with_ranges_sets_and_presence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = project.rows()
    write_table(ROWS, ingest(rows, list(rows.columns), column_plan(load_params())))

    assert main(["expectations", "suggest", "own"]) == 0

    suite = json.loads((folder / "expectations/own.json").read_text())["expectations"]
    assert {"column": "sex", "value_set": ["a", "b"]} in [item["kwargs"] for item in suite]
    assert {"column": "age", "min_value": 19, "max_value": 79, "mostly": 0.99} in [item["kwargs"] for item in suite]
    assert "suite: own" in capsys.readouterr().out
    assert main(["expectations", "suggest", "own"]) == 2


def test_rows_that_are_not_there_yet_end_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expectations", "suggest", "own"]) == 3
    assert "Run `ratchet run` first" in capsys.readouterr().err
