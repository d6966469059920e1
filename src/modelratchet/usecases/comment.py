"""Say on a pull request what a run made of it, without believing the run more than needed.

The run's code was a stranger's. Of what it left, one file is read: as data, of a bounded size, in a strict form. Which pull request it is about is asked of the
host by the commit that the host says was judged, so a run cannot speak on another's.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from modelratchet.core.page.comment import Judged, comment_of, comment_without_model, comment_without_verdict
from modelratchet.core.page.reading import page_of_json, with_links_to
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.usecases.ports.pull_requests import Head, PullRequests

MOST_BYTES = 1_000_000
"""A page of a model with a thousand slices has a third of that."""


@dataclass(frozen=True)
class JudgedRun:
    """A finished run as the host tells of it, and how it ended; one that was cancelled is neither green nor red. `homes` are where its page may link to."""

    head: Head
    address: str
    is_fork: bool
    ended: Literal["green", "red", "neither"]
    homes: tuple[str, ...]

    @property
    def judged(self) -> Judged:
        """What goes below the comment."""
        return Judged(self.head.commit, self.address, self.is_fork)


@dataclass(frozen=True)
class Comment:
    """What is to be said, and on which pull request; `only_mends` where it takes back an earlier comment, and without one nothing need be said."""

    number: int
    text: str
    only_mends: bool = False


def comment(run: JudgedRun, page: Path, pull_requests: PullRequests) -> Comment | None:
    """Compose the comment; None where there is nothing to say: the run was cancelled, or the pull request is closed or has moved on.

    Raises:
        EvidenceError: the page is not of the form, or larger than pages are.
        OutsideError: the host cannot be asked now.
    """
    try:
        text = comment_of(with_links_to(page_of_json(_bounded(page), str(page)), run.homes), run.judged)
    except MissingEvidenceError:
        return _without_page(run, pull_requests)
    number = pull_requests.open_at(run.head)
    return Comment(number, text) if number is not None else None


def _without_page(run: JudgedRun, pull_requests: PullRequests) -> Comment | None:
    """A red run came to no verdict; a green one was not asked for any, as its commit touches no model (any more)."""
    if run.ended == "neither" or (number := pull_requests.open_at(run.head)) is None:
        return None
    if run.ended == "red":
        return Comment(number, comment_without_verdict(run.judged))
    return Comment(number, comment_without_model(run.judged), only_mends=True)


def _bounded(path: Path) -> bytes:
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingEvidenceError(f"{path} is not there") from error
    # a link could name a file of this machine
    if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
        raise EvidenceError(f"{path} is no plain file of at most {MOST_BYTES:,} bytes, and no page is anything else")
    return path.read_bytes()
