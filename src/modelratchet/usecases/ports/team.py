"""Who may do what with a team's registry: what `admit_user` needs of its server."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class May(StrEnum):
    """What a user may do with all runs and models. Every user may begin experiments and models of its own: MLflow's server asks nobody."""

    NOTHING = "nothing"
    READ = "read"
    WRITE = "write"


class TeamUsers(Protocol):
    """The users of a server, as one who administers it sees them.

    Every method raises `InputError` where the server has no users, or does not let the caller administer them, and `TrackingError` where it
    does not answer.
    """

    def exists(self, name: str) -> bool:
        """Whether there is such a user; `InputError` for one who administers the server, whom no right is given or taken."""

    def create(self, name: str, password: str) -> None:
        """Make one, who may do nothing yet."""

    def set_password(self, name: str, password: str) -> None:
        """Give one another password; the one before ends."""

    def allow(self, name: str, may: May) -> None:
        """Make it so that a user may do this, and no more. Idempotent."""
