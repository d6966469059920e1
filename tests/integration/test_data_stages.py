"""The stages from ingest to split as DVC runs them: other projects, a CSV file, and rows that must not be trained on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from modelratchet.config.layout import DATA_CHECK, DATA_DOCS, HOLDOUT, ROWS, TRAIN
from modelratchet.core.data_check import DataCheck
from modelratchet.modeling.tables import read_table
from modelratchet.storage.files import read_record

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]


def start_project(folder: Path, name: str) -> Path:
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "projects" / name / "project.py", folder / "pipeline" / "project.py")
    shutil.copy(ROOT / "tests" / "projects" / name / "params.yaml", folder / "params.yaml")
    return folder


def run(folder: Path, stage: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "GX_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-m", stage]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def change(folder: Path, **blocks: dict[str, object]) -> None:
    params = yaml.safe_load((folder / "params.yaml").read_text())
    for name, block in blocks.items():
        params[name] = params.get(name, {}) | block
    (folder / "params.yaml").write_text(yaml.safe_dump(params))


@pytest.mark.parametrize(("name", "n_rows", "label"), [("wine", 178, "cultivar"), ("diabetes", 442, "progression")])
def test_another_project_needs_two_files_only(tmp_path: Path, name: str, n_rows: int, label: str) -> None:
    folder = start_project(tmp_path, name)
    for stage in ("pipeline.ingest", "pipeline.check_data", "pipeline.split"):
        done = run(folder, stage)
        assert (done.returncode, done.stderr) == (0, "")
    train, holdout = read_table(folder / TRAIN), read_table(folder / HOLDOUT)
    assert len(train) + len(holdout) == n_rows
    assert label in train.columns
    assert read_record(folder / DATA_CHECK, DataCheck).failed == ()


def test_a_csv_file_with_a_leak_is_stopped_with_everything_written(tmp_path: Path) -> None:
    folder = start_project(tmp_path, "wine")
    lines = ["cultivar,wine,alcohol,copy", *(f"{row % 3},w{row},{row * 7 % 101},class-{row % 3}" for row in range(200))]
    (folder / "wines.csv").write_text("\n".join(lines))
    change(
        folder,
        ingest={"source": "csv", "path": "wines.csv", "options": {}},
        columns={"numeric": ["alcohol"], "categorical": ["copy"]},
    )
    assert run(folder, "pipeline.ingest").returncode == 0
    done = run(folder, "pipeline.check_data")
    assert done.returncode == 1
    assert "copy must not give the label cultivar away" in done.stderr
    assert str(DATA_DOCS / "index.html") in done.stderr
    assert "Traceback" not in done.stderr
    assert [failure["column"] for failure in json.loads((folder / DATA_CHECK).read_text())["failed"]] == ["copy"]
    assert (folder / DATA_DOCS / "index.html").is_file()


BAD = {
    "missing file": ({"ingest": {"source": "csv", "path": "wine.csv"}}, 2, "ingest.path 'wine.csv'"),
    "missing column": ({"columns": {"numeric": ["alcool"]}}, 2, "the nearest is alcohol"),
    "unknown option": ({"ingest": {"options": {"month": 3}}}, 2, "rows()"),
    "nobody answers": ({"ingest": {"source": "csv", "path": "http://127.0.0.1:9/rows.csv"}}, 4, "Connection refused"),
}


@pytest.mark.parametrize(("blocks", "code", "expected"), BAD.values(), ids=BAD.keys())
def test_bad_input_ends_ingest_with_one_message_and_no_rows(
    tmp_path: Path, blocks: dict[str, dict[str, object]], code: int, expected: str
) -> None:
    folder = start_project(tmp_path, "wine")
    change(folder, **blocks)
    done = run(folder, "pipeline.ingest")
    assert (done.returncode, expected in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / ROWS).exists()
    assert len(done.stderr.splitlines()) < 12


def test_a_holdout_too_small_ends_split_with_no_file(tmp_path: Path) -> None:
    folder = start_project(tmp_path, "wine")
    change(folder, split={"minimum_holdout_rows": 100})
    assert run(folder, "pipeline.ingest").returncode == 0
    done = run(folder, "pipeline.split")
    assert done.returncode == 2
    assert "expected at least 100" in done.stderr
    assert not (folder / TRAIN).exists()
    assert not (folder / HOLDOUT).exists()
