"""The ledger, read and believed: what every verb of promotion starts from.

The fold finds all that was changed in the middle. That the latest events are gone shows only against what was seen before: by this machine, and
by whoever wrote the registry's tags.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.folding import fold
from modelratchet.core.ledger import History
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.promotions import Ledger, Projection
from modelratchet.usecases.ports.sources import Memory


@dataclass(frozen=True)
class LedgerReader:
    """A ledger, and what this machine remembers of it. `store` tells two stores apart in the memory."""

    ledger: Ledger
    memory: Memory
    store: str

    def history(self, model: str) -> History:
        """All events, folded, and at least as many as were ever seen.

        Raises:
            TrackingError: the store cannot be asked now.
            EvidenceError: the ledger cannot be believed, or events that were there are gone.
        """
        # both before the events: another promoter may add one at any moment, and must not look like a loss
        known = self._recalled(model)
        shown = self.ledger.projection(model)
        history = fold(model, self.ledger.read(model))
        if known is not None:
            _refuse_loss(history, known, "this machine remembers", ".ratchet/ledger.json has to be deleted then")
        if shown.counter is not None:
            _refuse_loss(
                history, shown, "the registry's tags name", "the tags ratchet.ledger_* have to be deleted then"
            )
        if known is None or known.counter is None or history.state.counter > known.counter:
            self.memory.remember(self._name(model), {"counter": history.state.counter, "head": history.state.head})
        return history

    def _recalled(self, model: str) -> Projection | None:
        kept = self.memory.recall(self._name(model))
        if not isinstance(kept, dict) or not isinstance(kept.get("counter"), int):
            return None
        head = kept.get("head")
        return Projection(None, None, head if isinstance(head, str) else None, kept["counter"])

    def _name(self, model: str) -> str:
        return f"{model} in {self.store}"


def _refuse_loss(history: History, seen: Projection, who: str, mending: str) -> None:
    counter, heads = seen.counter or 0, {item.event.digest for item in history.accepted}
    if counter <= history.state.counter and (seen.head is None or seen.head in heads):
        return
    raise EvidenceError(
        f"the ledger of {history.model} ends with event {history.state.counter}, and {who} event {counter} ({seen.head})",
        hint="Someone removed or changed the latest events. Restore the store from a backup; "
        f"if it was set up anew on purpose, {mending}.",
    )
