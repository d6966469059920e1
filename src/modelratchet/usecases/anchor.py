"""A person names the fixed point that small losses are added up against."""

from __future__ import annotations

from modelratchet.core.ledger import EventKind, History
from modelratchet.core.ledger_writing import anchored
from modelratchet.core.standing import Champion
from modelratchet.usecases.write_ledger import Desk, Written, settled_event, whole_version, write_event


def anchor(desk: Desk, model: str, number: str, reason: str) -> Written:
    """Append the new anchor, and complete what follows. One that is the anchor already is only completed.

    Raises:
        InputError: there is no reason.
        EvidenceError: nobody reigns yet, the registry does not hold the version whole, or another promoter was first.
        TrackingError: the registry cannot be asked now.
    """
    history = desk.reader.history(model)
    if history.state.anchor.version == number:
        return _settled(desk, history)
    version = whole_version(desk, model, number)
    target = Champion(version.version, version.bundle_digest, None)
    return write_event(desk, history, lambda state, found: anchored(state, target, reason, found))


def _settled(desk: Desk, history: History) -> Written:
    """The event that made the anchor what it is: the latest that names it and makes it so, or the first of all."""
    named = (item.event for item in reversed(history.accepted) if item.event.version == history.state.anchor.version)
    made = next((event for event in named if event.is_anchor or event.kind is EventKind.ANCHORED), None)
    return settled_event(desk, history, made or history.accepted[0].event)
