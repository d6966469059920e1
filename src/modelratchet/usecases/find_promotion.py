"""Finds the promotion that lets a version be published: one the ledger still stands by. `ratchet publish` calls it."""

from __future__ import annotations

from datetime import datetime

from modelratchet.core.ledger import CROWNING, Event, EventKind, History
from modelratchet.core.moments import read_moment
from modelratchet.errors import RejectedError

_PROVING = CROWNING | {EventKind.RENEWED}
_ANYWAY = "`--unpromoted` publishes it all the same; it never becomes `latest`."


def promotion_of(history: History, version: str, now: datetime) -> Event:
    """The latest event that makes, or made, a version champion.

    A version that a rollback went back from has no promotion any more: it was found to be bad.

    Raises:
        RejectedError: it has none, or one that is proof no longer.
    """
    if version not in [champion.version for champion in history.reigns]:
        was = "was gone back from" if history.reigned(version) else "was never promoted"
        raise RejectedError(f"version {version} of {history.model} {was}, nothing is published", hint=_ANYWAY)
    event = next(
        item.event
        for item in reversed(history.accepted)
        if item.event.version == version and item.event.kind in _PROVING
    )
    if read_moment(event.expires_at) <= now:
        raise RejectedError(
            f"the record of version {version} of {history.model} was proof until {event.expires_at}, nothing is published",
            hint="`ratchet renew` makes the champion's proof again; `--unpromoted` publishes it without one.",
        )
    return event
