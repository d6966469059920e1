"""Let a person or a CI job into a team's registry, or change what it may do there. Called by `ratchet registry user`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.errors import InputError
from modelratchet.usecases.ports.team import May, TeamUsers


@dataclass(frozen=True)
class Admission:
    """A user and what it may do. `password` is None where it has one already, and is told this once only."""

    user: str
    may: May
    is_new: bool
    password: str | None


def admit_user(
    users: TeamUsers, name: str, may: May, fresh_password: Callable[[], str], *, renew: bool = False
) -> Admission:
    """Make a user unless it is there, and let it do this and no more.

    Args:
        users: of the server.
        name: the user's.
        may: what it may do.
        fresh_password: makes one that nobody guesses.
        renew: give one that is there already another password.

    Raises:
        InputError: nobody could log in by that name; the server has no users, or the caller may not administer them; or the name's owner
            administers it.
        TrackingError: it does not answer. The same call again gives the right; a password that nobody was told is made anew by `renew`.
    """
    _require_name(name)
    is_new = not users.exists(name)
    password = fresh_password() if is_new or renew else None
    if password is not None and is_new:
        users.create(name, password)
    users.allow(name, may)
    if password is not None and not is_new:
        # last: a password that was changed before something failed would be known to nobody
        users.set_password(name, password)
    return Admission(name, may, is_new, password)


def _require_name(name: str) -> None:
    """HTTP sends name and password with a colon between them, and a variable's value is a line."""
    if not name or name != name.strip() or ":" in name or not name.isprintable():
        raise InputError(
            f"nobody can log in as {name!r}", hint="Take a name without a colon, and without spaces at its ends."
        )
