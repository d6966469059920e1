"""Let a version that reigned before reign again. No gate is asked: going back to what was proven has to be quick."""

from __future__ import annotations

from modelratchet.core.ledger import History
from modelratchet.core.ledger_writing import rolled_back
from modelratchet.core.standing import Champion
from modelratchet.errors import InputError
from modelratchet.usecases.write_ledger import Desk, Written, settled_event, whole_champion, write_event


def rollback(desk: Desk, model: str, to: str | None, reason: str) -> Written:
    """Append the rollback, and complete what follows. A target that reigns already is only completed.

    Args:
        desk: what to talk to.
        model: whose champion.
        to: the version; None for the one that reigned before the champion.
        reason: free text, may be empty.

    Raises:
        InputError: there is nobody to go back to, or the version never reigned.
        EvidenceError: the registry no longer holds what reigned then, or another promoter was first.
        TrackingError: the registry cannot be asked now.
    """
    history = desk.reader.history(model)
    target = _target(history, to)
    if history.crowning is not None and target.version == history.state.champion.version:
        return settled_event(desk, history, history.crowning.event)
    whole_champion(desk, model, target)
    return write_event(desk, history, lambda state, found: rolled_back(state, target, reason, found))


def _target(history: History, to: str | None) -> Champion:
    if to is None:
        if len(history.reigns) < 2:
            reigning = history.state.champion.version
            raise InputError(
                f"nobody reigned over {history.model} before version {reigning}" if reigning else "nobody reigns yet",
                hint="`ratchet history` shows all events. A person may make any recorded version champion: `ratchet override`.",
            )
        return history.reigns[-2]
    found = history.reigned(to)
    if found is None:
        raise InputError(
            f"version {to} of {history.model} never reigned, so there is no going back to it",
            hint="`ratchet history` shows who did. To force one that never did: `ratchet override VERSION --reason ...`.",
        )
    return found
