"""The repository that the project lies in, and what is remembered between runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Revision:
    """The sources that a candidate was made from. Outside a repository `commit` and `branch` are `unknown`.

    `is_dirty` is None where that cannot be told. `is_detached` says that a commit is checked out and no branch: on the runner of a
    pull request that is a merge that was made to be tried, and is kept nowhere.
    """

    commit: str
    branch: str
    is_dirty: bool | None
    is_detached: bool = False

    @property
    def is_lasting(self) -> bool:
        """Whether the commit holds all sources, and a branch holds the commit."""
        return self.is_dirty is False and not self.is_detached and self.commit != "unknown"


class SourceControl(Protocol):
    """The repository that the project lies in."""

    def commit_address(self, commit: str) -> str | None:
        """The https page that shows a commit, without any password; None where the repository names no such remote."""

    def has(self, commit: str) -> bool:
        """Whether a commit is in the history of what is checked out, as far as that is here."""

    def revision(self) -> Revision:
        """What is checked out. Never raises: a folder that is no repository is a fact, not a failure."""


class Checkouts(Protocol):
    """Other commits of the repository that the project lies in."""

    def read(self, revision: str, path: Path) -> bytes:
        """A file as it was, its path relative to the project.

        Raises:
            InputError: there is no such revision, or no such file in it.
        """

    def check_out(self, commit: str, folder: Path) -> Path:
        """Check a commit out below `folder`, which must not exist, with the data that DVC tracks in it; the project's own folder in there.

        Raises:
            EvidenceError: the commit, or data that it names by digest, is nowhere to be had.
        """

    def discard(self, folder: Path) -> None:
        """Take away what `check_out` made, also after it failed."""


class Memory(Protocol):
    """Small facts kept between two runs on this machine; losing them costs time, nothing else."""

    def recall(self, name: str) -> object:
        """What was remembered, or None."""

    def remember(self, name: str, value: object) -> None:
        """Keep plain JSON data; replaces what was kept under that name."""
