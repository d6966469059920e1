"""A ledger that is asked only when its store changed: what makes a run with nothing to do cheap.

For the `fetch_champion` stage alone; whoever writes, or checks what others wrote, asks the ledger itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from modelratchet.core.formats import decode
from modelratchet.core.ledger import Event, State, StoredEvent
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.promotions import Ledger, Projection
from modelratchet.usecases.ports.sources import Memory
from modelratchet.usecases.stamped_memory import Question, StampedMemory


class RememberedLedger:
    """The port `Ledger` with a memory."""

    def __init__(self, load: Callable[[], Ledger], stamp: Callable[[str], str], memory: Memory) -> None:
        """Put a memory before a ledger.

        Args:
            load: gives the real one; called by the first question that memory cannot answer.
            stamp: of all that the store holds of a model, its ledger included; empty where it cannot be told.
            memory: of this machine.
        """
        self._load = load
        self._kept = StampedMemory(stamp, memory)

    @cached_property
    def _ledger(self) -> Ledger:
        return self._load()

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        """All events, from memory if the store did not change."""
        return self._kept.answer(Question(model, f"ledger of {model}", "", _events), lambda: self._ledger.read(model))

    def projection(self, model: str) -> Projection:
        """What aliases and tags say, from memory if the store did not change."""
        question = Question(model, f"aliases of {model}", "", lambda data: decode(Projection, data))
        return self._kept.answer(question, lambda: self._ledger.projection(model))

    def append(self, event: Event) -> None:
        """Always asks."""
        self._ledger.append(event)

    def project(self, state: State) -> bool:
        """Always asks."""
        return self._ledger.project(state)


def _events(data: Any) -> tuple[StoredEvent, ...]:
    if not isinstance(data, list):
        raise EvidenceError("no list of events")
    return tuple(decode(StoredEvent, item) for item in data)
