"""What counts as a source of a stage, and when its digest changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelratchet.storage.code import stage_sources, write_code_digests

LISTED = {"split": ["pipeline/split.py"], "test_model": ["pipeline/project.py", "tests/model/"]}
DIGESTS = Path("data/code")
LISTING = Path("pipeline/sources.json")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("pipeline/split.py", "")
    write("pipeline/project.py", "")
    LISTING.write_text(json.dumps(LISTED))


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def digests() -> dict[str, str]:
    write_code_digests(LISTING, DIGESTS)
    return {path.stem: json.loads(path.read_text())["digest"] for path in DIGESTS.glob("*.json")}


def changed_by(path: str, text: str) -> set[str]:
    before = digests()
    write(path, text)
    after = digests()
    return {stage for stage in before if before[stage] != after[stage]}


def test_a_listed_folder_need_not_be_there() -> None:
    assert stage_sources(LISTING)["test_model"] == (Path("pipeline/project.py"),)


@pytest.mark.parametrize("path", ["tests/model/test_own.py", "tests/model/conftest.py", "tests/model/cases/storms.csv"])
def test_a_file_in_a_listed_folder_runs_its_stage_again_and_no_other(path: str) -> None:
    assert changed_by(path, "new") == {"test_model"}
    assert changed_by(path, "edited") == {"test_model"}


def test_a_file_that_is_taken_away_counts_too() -> None:
    write("tests/model/test_own.py", "def test(): pass")
    before = digests()

    Path("tests/model/test_own.py").unlink()

    assert digests()["test_model"] != before["test_model"]


@pytest.mark.parametrize(
    "path", ["tests/model/__pycache__/test_own.pyc", "tests/model/.pytest_cache/v", "tests/model/.swp"]
)
def test_what_tools_leave_there_does_not_count(path: str) -> None:
    assert changed_by(path, "noise") == set()


def test_the_users_modules_beside_project_py_count_where_project_py_does() -> None:
    assert changed_by("pipeline/features.py", "X = 1") == {"test_model"}
