"""A project folder of release 0.1 under a later package: one message that says what to take over, and nothing is begun."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from modelratchet.errors import ExitCode
from modelratchet.wiring.changes import main as print_changes

ROOT = Path(__file__).parents[3]
SOURCES_OF_0_1 = {
    "watch_source": ["pipeline/__init__.py", "pipeline/watch_source.py", "src/modelratchet/storage/code.py"]
}
WATCH_SOURCE_OF_0_1 = """from modelratchet.config.layout import CODE, SOURCES
from modelratchet.storage.code import write_code_digests
from modelratchet.wiring.stage import run_stage

if __name__ == "__main__":
    run_stage("watch_source", lambda: write_code_digests(SOURCES, CODE))
"""
PIPELINE_OF_0_1 = """stages:
  watch_source:
    cmd: exec python -m pipeline.watch_source
    always_changed: true
    outs: [{data/code: {persist: true}}]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("pipeline").mkdir()
    Path("pipeline/__init__.py").touch()
    Path("pipeline/sources.json").write_text(json.dumps(SOURCES_OF_0_1))
    Path("pipeline/watch_source.py").write_text(WATCH_SOURCE_OF_0_1)
    Path("dvc.yaml").write_text(PIPELINE_OF_0_1)
    shutil.copy2(ROOT / "params.yaml", "params.yaml")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


@pytest.mark.parametrize(
    "command", [("run",), ("run", "--json"), ("run", "train"), ("retrain",), ("retrain", "--dry-run")], ids=" ".join
)
def test_what_starts_the_pipeline_says_what_to_take_over(
    project: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(project)

    assert main(list(command)) == ExitCode.USAGE
    assert content(project) == before
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("ratchet: pipeline/sources.json is of release 0.1")
    assert "dvc.yaml" in said.err
    assert "docs/how-to/upgrade.md" in said.err
    assert "Traceback" not in said.err


def test_what_a_commit_changed_is_still_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_changes()

    assert "everything is tried" in capsys.readouterr().out
