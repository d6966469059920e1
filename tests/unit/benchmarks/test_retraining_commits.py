"""Which commits of a small history would make another model."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from benchmarks.retraining_commits import Counted, commits, counted, defined_today
from tests.samples.projects import GIT

CONVERT = Path("pipeline/convert.py")
LISTING = {"convert": {"modules": ["pipeline", "pipeline.convert"], "packages": [], "files": []}}


def commit(text: str) -> str:
    CONVERT.write_text(text)
    subprocess.run(["git", "add", "-A"], check=True)
    subprocess.run([*GIT, "commit", "-q", "--allow-empty", "-m", "One"], check=True)
    done = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    CONVERT.parent.mkdir()
    (CONVERT.parent / "__init__.py").touch()
    (CONVERT.parent / "sources.json").write_text(json.dumps(LISTING))
    subprocess.run(["git", "init", "-q"], check=True)
    commit("LIMIT = 1\n\ndef main(): pass\n")


def after(text: str) -> Counted:
    return counted(commit(text), {CONVERT.as_posix()}, defined_today())


def test_a_comment_changes_a_file_and_no_definition() -> None:
    found = after("# why\nLIMIT = 1\n\ndef main():\n    '''All of it.'''\n")

    assert (found.files, found.definitions, found.modules) == (("pipeline/convert.py",), (), ())


def test_a_definition_that_changed_is_named() -> None:
    assert after("LIMIT = 2\n\ndef main(): pass\n").definitions == ("pipeline.convert:LIMIT",)


def test_a_definition_that_is_not_there_today_counts_for_its_module_alone() -> None:
    commit("LIMIT = 1\nOLD = 1\n\ndef main(): pass\n")
    gone = commit("LIMIT = 1\nOLD = 2\n\ndef main(): pass\n")
    commit("LIMIT = 1\n\ndef main(): pass\n")

    found = counted(gone, (), defined_today())
    assert (found.definitions, found.modules) == ((), ("pipeline.convert",))


def test_commits_that_touch_sources_are_looked_at() -> None:
    first = commit("LIMIT = 3\n")
    commit("LIMIT = 3\n")

    assert commits("HEAD", 1) == [first]
