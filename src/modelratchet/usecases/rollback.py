"""Let a version that reigned before reign again. No gate is asked: going back to what was proven has to be quick.

Going back to whoever reigned before is a step, and doing it twice would be two. So it is noted on this machine first, and a person who calls
again after a kill or a lost answer gets the step that was made.
"""

from __future__ import annotations

from datetime import timedelta

from modelratchet.core.ledger import Event, EventKind, History
from modelratchet.core.ledger_writing import rolled_back
from modelratchet.core.moments import read_moment
from modelratchet.core.standing import Champion
from modelratchet.errors import InputError
from modelratchet.usecases.write_ledger import Desk, Written, settled_event, whole_champion, write_event

# a call after that is meant as a further step
_RESUMED_WITHIN = timedelta(hours=1)


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
    made = _unfinished_step(desk, history) if to is None else None
    if made is not None:
        return _finished(desk, model, settled_event(desk, history, made))
    target = _target(history, to)
    if history.crowning is not None and target.version == history.state.champion.version:
        return _finished(desk, model, settled_event(desk, history, history.crowning.event))
    whole_champion(desk, model, target)
    if to is None:
        desk.reader.memory.remember(_note(desk, model), history.state.head)
    written = write_event(desk, history, lambda state, found: rolled_back(state, target, reason, found))
    return _finished(desk, model, written)


def _unfinished_step(desk: Desk, history: History) -> Event | None:
    """The rollback that a call on this machine stored a moment ago, and was stopped before it could say so."""
    crowning, noted = history.crowning, desk.reader.memory.recall(_note(desk, history.model))
    if noted is None or crowning is None or crowning.event.digest != history.state.head:
        return None
    event = crowning.event
    is_recent = desk.circumstances().now - read_moment(event.at) < _RESUMED_WITHIN
    return event if event.kind is EventKind.ROLLED_BACK and event.parent == noted and is_recent else None


def _finished(desk: Desk, model: str, written: Written) -> Written:
    desk.reader.memory.remember(_note(desk, model), None)
    return written


def _note(desk: Desk, model: str) -> str:
    return f"rollback of {model} in {desk.reader.store}"


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
