"""Make alias, tags and certificates say what the ledger says. Idempotent; mends what a killed, slow or mistaken writer left."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.ledger import History
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.promotions import Ledger
from modelratchet.usecases.write_ledger import Completion, Desk, complete


@dataclass(frozen=True)
class Reconciled:
    """The ledger, and what was completed."""

    history: History
    completion: Completion


def reconcile(desk: Desk, model: str) -> Reconciled:
    """Complete every accepted event.

    Raises:
        EvidenceError: the ledger cannot be believed, or is empty while an alias was set by hand.
        TrackingError: the registry cannot be asked now.
    """
    history = desk.reader.history(model)
    refuse_hand_set_alias(desk.reader.ledger, history)
    return Reconciled(history, complete(desk, history, [item.event for item in history.accepted]))


def refuse_hand_set_alias(ledger: Ledger, history: History) -> None:
    """Stop where the registry names a champion that no event made: nobody knows why it reigns.

    Raises:
        EvidenceError: the ledger is empty, and the alias is set.
    """
    if history.accepted:
        return
    named = ledger.projection(history.model).champion
    if named is not None:
        raise EvidenceError(
            f"the alias `champion` of {history.model} names version {named}, but the ledger holds no event: it was set by hand",
            hint=f"Adopt it: `ratchet override {named} --reason ...`. Or delete the alias in MLflow.",
        )
