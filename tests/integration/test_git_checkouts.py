"""A commit's own sources tell whether its lock knows its rows, whatever release is at work now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from modelratchet.adapters.git_checkouts import GitCheckouts

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PIPELINE = """stages:
  watch_source:
    cmd: exec python -m pipeline.watch_source
    always_changed: true
    outs: [{data/source.json: {persist: true}}, {data/code: {persist: true}}]
  ingest:
    cmd: cp {rows} data/rows.parquet
    deps: [data/code/ingest.json, data/source.json]
    outs: [data/rows.parquet]
"""
WATCH_SOURCE = """import pathlib
from of_then import DIGEST
pathlib.Path("data/code").mkdir(parents=True, exist_ok=True)
pathlib.Path("data/code/ingest.json").write_text(DIGEST)
pathlib.Path("data/source.json").write_text(pathlib.Path("{rows}").read_text())
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was run and committed; its source has grown since, and its package has another release."""
    folder, rows = tmp_path / "project", tmp_path / "rows.csv"
    rows.write_text("1")
    texts = {
        "src/of_then.py": "DIGEST = 'then'",
        "pipeline/__init__.py": "",
        "pipeline/watch_source.py": WATCH_SOURCE.replace("{rows}", str(rows)),
        "dvc.yaml": PIPELINE.replace("{rows}", str(rows)),
        ".gitignore": "/data/\n__pycache__/\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder / "src"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    for command in ("git init -q", "dvc init -q", "dvc repro -q", "git add -A", "git commit -q -m then"):
        subprocess.run(command.split(), cwd=folder, check=True)
    rows.write_text("1, 2")
    (folder / "src/of_then.py").unlink()
    return folder


def test_the_rows_of_the_commit_are_taken_though_source_and_package_moved_on(project: Path, tmp_path: Path) -> None:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, check=True, capture_output=True, text=True)

    made = GitCheckouts(project).check_out(commit.stdout.strip(), tmp_path / "made")

    assert (made / "data/rows.parquet").read_text() == "1"
    assert yaml.safe_load((made / "dvc.yaml").read_text())["stages"]["ingest"].get("frozen") is True
