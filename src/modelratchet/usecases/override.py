"""A person makes a version champion whatever the gate says. It is in the ledger and on the page for ever."""

from __future__ import annotations

from modelratchet.core.ledger_writing import overridden
from modelratchet.core.standing import Champion
from modelratchet.usecases.write_ledger import Desk, Written, settled_event, whole_version, write_event


def override(desk: Desk, model: str, number: str, reason: str) -> Written:
    """Append the override, and complete what follows. A version that reigns already is only completed.

    Raises:
        InputError: there is no reason.
        EvidenceError: the registry does not hold the version whole, or another promoter was first.
        TrackingError: the registry cannot be asked now.
    """
    history = desk.reader.history(model)
    if history.crowning is not None and history.state.champion.version == number:
        return settled_event(desk, history, history.crowning.event)
    version = whole_version(desk, model, number)
    target = Champion(version.version, version.bundle_digest, None)
    return write_event(desk, history, lambda state, found: overridden(state, target, reason, found))
