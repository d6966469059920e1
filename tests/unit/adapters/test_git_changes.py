"""The files of real commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modelratchet.adapters.git_changes import changed_files


def _git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    _git(tmp_path, "init", "-q")
    (tmp_path / "kept.txt").write_text("1")
    (tmp_path / "old name.txt").write_text("a text that is long enough to be found again\n" * 9)
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def _commit(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", name)


def test_only_what_this_side_changed_counts(repository: Path) -> None:
    base = _git(repository, "rev-parse", "HEAD")
    _git(repository, "checkout", "-qb", "proposal")
    _commit(repository, "mine.txt", "1")
    _git(repository, "checkout", "-q", "main")
    _commit(repository, "theirs.txt", "1")
    _git(repository, "checkout", "-q", "proposal")

    assert changed_files(repository, "main") == ("mine.txt",)
    assert changed_files(repository, base) == ("mine.txt",)


def test_a_renamed_file_counts_under_both_names(repository: Path) -> None:
    _git(repository, "mv", "old name.txt", "new\nname.txt")
    _git(repository, "commit", "-qm", "two")

    assert set(changed_files(repository, "HEAD~1") or ()) == {"old name.txt", "new\nname.txt"}


@pytest.mark.parametrize("since", ["0" * 40, "no-such-branch", "--output=stolen.txt"])
def test_an_unknown_commit_tells_nothing(repository: Path, since: str) -> None:
    assert changed_files(repository, since) is None
    assert not list(repository.glob("stolen*"))


def test_a_folder_without_repository_tells_nothing(tmp_path: Path) -> None:
    assert changed_files(tmp_path, "HEAD") is None
