"""Ledgers made of real events, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from modelratchet.core.digests import canonical_json
from modelratchet.core.folding import fold
from modelratchet.core.formats import to_document
from modelratchet.core.ledger import Event, History, State, StoredEvent
from modelratchet.core.ledger_writing import Circumstances, overridden
from modelratchet.core.standing import Champion
from tests.samples.candidates import MODEL

NOW = datetime(2026, 11, 24, 7, 0, 0, tzinfo=UTC)


def circumstances(minutes: float = 0, nonce: str = "") -> Circumstances:
    """Some minutes after `NOW`; the nonce is of that minute unless one is given."""
    return Circumstances(NOW + timedelta(minutes=minutes), nonce or f"nonce{minutes}", "ann", "c" * 40, 90)


def version(number: int) -> Champion:
    """A version and the bundle that it always has."""
    return Champion(str(number), f"sha256:{number:064x}", None)


def crown(state: State, number: int, found: Circumstances) -> Event:
    """The simplest event that makes a version champion."""
    return overridden(state, version(number), "because", found)


def stored(number: int, event: Event) -> StoredEvent:
    """An event as a store holds it."""
    return StoredEvent(number, canonical_json(to_document(event)).decode())


class Chain:
    """A ledger that grows: each call of `add` makes an event on the head, a minute after the one before."""

    def __init__(self) -> None:
        self.stored: list[StoredEvent] = []
        self.events: list[Event] = []

    @property
    def history(self) -> History:
        return fold(MODEL, self.stored)

    def add(self, make: Callable[[State, Circumstances], Event]) -> Event:
        event = make(self.history.state, circumstances(len(self.stored), f"nonce{len(self.stored)}"))
        return self.store(event)

    def store(self, event: Event) -> Event:
        self.stored.append(stored(len(self.stored) + 1, event))
        self.events.append(event)
        return event

    def crowned(self, *numbers: int) -> Chain:
        for number in numbers:
            self.add(lambda state, found, number=number: crown(state, number, found))
        return self
