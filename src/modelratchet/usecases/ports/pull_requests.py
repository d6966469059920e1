"""The place where changes are proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Head:
    """The end of the branch that a run was of: who has the branch, its name, and the commit. Of the host's own making, but the name is a stranger's text."""

    owner: str
    branch: str
    commit: str


class PullRequests(Protocol):
    """Proposed changes of this repository."""

    def open_at(self, head: Head) -> int | None:
        """The number of the open one whose latest commit that is; None where there is none, or it has moved on.

        Raises:
            OutsideError: the host cannot be asked now.
        """
