"""Git's facts, from a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modelratchet.adapters.git_source_control import GitSourceControl
from modelratchet.usecases.ports.sources import Revision


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for command in (
        ["init", "-q", "-b", "work"],
        ["config", "user.email", "a@example.org"],
        ["config", "user.name", "A"],
        ["add", "."],
        ["commit", "-q", "-m", "first"],
    ):
        (tmp_path / "file").write_text("one")
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_checkout(repository: Path) -> None:
    found = GitSourceControl(repository).revision()

    assert (len(found.commit), found.branch, found.is_dirty) == (40, "work", False)


def test_commit_is_lasting_while_a_branch_holds_it_and_it_holds_all(repository: Path) -> None:
    assert GitSourceControl(repository).revision().is_lasting

    (repository / "file").write_text("two")
    assert not GitSourceControl(repository).revision().is_lasting
    subprocess.run(["git", "checkout", "-q", "-f", "--detach"], cwd=repository, check=True)
    assert not GitSourceControl(repository).revision().is_lasting


def test_history_has_its_own_commits_and_no_others(repository: Path, tmp_path: Path) -> None:
    git = GitSourceControl(repository)
    first = git.revision().commit
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "second"], cwd=repository, check=True)
    second = git.revision().commit
    subprocess.run(["git", "checkout", "-q", first], cwd=repository, check=True)

    assert [git.has(commit) for commit in (first, second, "0" * 40, "--all", "unknown")] == [True] + [False] * 4


def test_a_changed_file_makes_it_dirty_and_an_untracked_one_does_not(repository: Path) -> None:
    (repository / "other").write_text("untracked")
    assert GitSourceControl(repository).revision().is_dirty is False

    (repository / "file").write_text("two")
    assert GitSourceControl(repository).revision().is_dirty is True


def test_what_the_pipeline_writes_is_no_change_of_the_sources(repository: Path) -> None:
    (repository / "dvc.lock").write_text("one")
    subprocess.run(["git", "add", "dvc.lock"], cwd=repository, check=True)

    assert GitSourceControl(repository).revision().is_dirty is True
    assert GitSourceControl(repository, ("dvc.lock", "reports")).revision().is_dirty is False


def test_a_folder_that_is_no_repository_is_unknown(tmp_path: Path) -> None:
    assert GitSourceControl(tmp_path).revision() == Revision("unknown", "unknown", None)
