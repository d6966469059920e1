"""Let the champion's record be proof for some time more."""

from __future__ import annotations

from modelratchet.core.ledger_writing import renewed
from modelratchet.errors import EvidenceError
from modelratchet.usecases.write_ledger import Desk, Written, whole_champion, write_event


def renew(desk: Desk, model: str) -> Written:
    """Append a renewal, with the digests of the verdict that the champion was promoted on, and complete what follows.

    Raises:
        EvidenceError: nobody reigns, the registry no longer holds the champion whole, or another promoter was first.
        TrackingError: the registry cannot be asked now.
    """
    history = desk.reader.history(model)
    crowning = history.crowning
    if crowning is None:
        raise EvidenceError(f"no version of {model} reigns yet", hint="Promote one first: `ratchet promote`.")
    whole_champion(desk, model, history.state.champion)
    return write_event(desk, history, lambda state, found: renewed(state, crowning.event, found))
