"""The promotion ledger: an append-only, hash-chained list of events, and the state that follows from it.

An event names the head that it builds on. Of several events that name the same head, the first one stored wins and the others are void;
so promoters need no lock. Nothing is edited: a rollback is a further event. Where events are stored is the adapter's business; `fold` is
called by every use case that asks who reigns. New events are made in `core.ledger_writing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import ClassVar, NoReturn

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.moments import read_moment
from modelratchet.core.standing import NOBODY, Champion
from modelratchet.errors import EvidenceError

LEDGER_SUFFIX = ".promotions"
"""A model's ledger is kept in the registry under the model's name and this."""

SKEW = timedelta(minutes=5)
"""How far two machines' clocks may differ."""


class EventKind(StrEnum):
    """What happened."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    OVERRIDDEN = "overridden"
    ANCHORED = "anchored"
    RENEWED = "renewed"


@dataclass(frozen=True)
class Event:
    """One entry of the ledger.

    `counter` is one more than the parent's; `parent` the digest of the event before (None for the first). `nonce` tells two writers of like
    events apart. `at` and `expires_at` are UTC, ISO 8601 with seconds and `Z`; `expires_at` is when the record stops being proof.
    `version` and `bundle_digest` are whom the event is about: the champion from now on, or for `anchored` the anchor from now on.
    The digests of verdict, evidence, policy and holdout are None where no verdict stands behind the event (rollback, override, anchor).
    `is_anchor` says that this champion is the new anchor too. `reason` is free text of a person, empty for a promotion.
    """

    FORMAT: ClassVar[str] = "modelratchet/ledger-event"
    VERSION: ClassVar[int] = 1

    kind: EventKind
    model: str
    counter: int
    parent: str | None
    nonce: str
    at: str
    expires_at: str
    version: str
    bundle_digest: str
    verdict_digest: str | None
    evidence_digest: str | None
    policy_digest: str | None
    holdout_digest: str | None
    is_anchor: bool
    reason: str
    actor: str
    commit: str

    @property
    def digest(self) -> str:
        """Names this event, and with it all before it."""
        return digest_value(to_document(self))


@dataclass(frozen=True)
class StoredEvent:
    """An event as the store holds it: the number that the store gave it, and its JSON text, not yet believed."""

    number: int
    text: str


@dataclass(frozen=True)
class State:
    """What the accepted events add up to.

    `head` is the digest of the latest accepted event and `counter` its number; None and 0 before the first. `champion` and `anchor`
    have no `run_id` (the registry knows it). `latest_at` is when the head was written.
    """

    model: str
    head: str | None
    counter: int
    champion: Champion
    anchor: Champion
    latest_at: str | None
    expires_at: str | None


@dataclass(frozen=True)
class AcceptedEvent:
    """An event that counts, and the number that the store gave it."""

    number: int
    event: Event


@dataclass(frozen=True)
class VoidEvent:
    """A stored event that counts for nothing, and why: another was stored first, or it came twice."""

    number: int
    event: Event
    reason: str


@dataclass(frozen=True)
class History:
    """All that the store held, believed: what counts, what is void, and the state that follows."""

    model: str
    state: State
    accepted: tuple[AcceptedEvent, ...]
    void: tuple[VoidEvent, ...]

    def state_at(self, moment: datetime) -> State:
        """The state at that time, that second included."""
        past = takewhile(lambda item: read_moment(item.event.at) <= moment, self.accepted)
        return _replayed(self.model, (item.event for item in past))

    def won(self, nonce: str) -> AcceptedEvent | None:
        """The accepted event of that nonce, if it is one."""
        return next((item for item in self.accepted if item.event.nonce == nonce), None)

    def lost(self, nonce: str) -> VoidEvent | None:
        """The void event of that nonce, if it was stored and lost."""
        return None if self.won(nonce) else next((item for item in self.void if item.event.nonce == nonce), None)

    @property
    def reigns(self) -> tuple[Champion, ...]:
        """Who can be gone back to, the champion last: a rollback takes off all that came after its target."""
        chain: list[Champion] = []
        for item in self.accepted:
            champion = Champion(item.event.version, item.event.bundle_digest, None)
            if item.event.kind is EventKind.ROLLED_BACK and champion in chain:
                del chain[chain.index(champion) + 1 :]
            elif item.event.kind in CROWNING:
                chain.append(champion)
        return tuple(chain)

    def reigned(self, version: str) -> Champion | None:
        """That version, if it was ever champion."""
        crowned = (item.event for item in self.accepted if item.event.kind in CROWNING)
        return next((Champion(e.version, e.bundle_digest, None) for e in crowned if e.version == version), None)

    @property
    def crowning(self) -> AcceptedEvent | None:
        """The event that made the champion what it is; a later renewal or anchor is another one."""
        return next((item for item in reversed(self.accepted) if item.event.kind in CROWNING), None)


CROWNING = frozenset({EventKind.PROMOTED, EventKind.ROLLED_BACK, EventKind.OVERRIDDEN})
"""The kinds after which their version reigns."""


def beginning(model: str) -> State:
    """The state before the first event."""
    return State(model, None, 0, NOBODY, NOBODY, None, None)


def fold(model: str, stored: Sequence[StoredEvent], so_far: History | None = None) -> History:
    """Work out what the stored events add up to.

    Law: `fold(model, first + rest)` equals `fold(model, rest, fold(model, first))`.

    Args:
        model: whose ledger it is.
        stored: as the store holds them, by rising number.
        so_far: of the events before them; None where `stored` begins with the first.

    Raises:
        EvidenceError: the ledger cannot be believed: a number is missing, a text is no event of this model, its counter or its time does not
            follow, its parent was never stored, or it says what cannot be (a rollback to one that never reigned, say).
    """
    folding = _Folding(so_far or History(model, beginning(model), (), ()))
    for item in stored:
        folding.take(item)
    return folding.history()


class _Folding:
    """The ledger read up to some number; grows by one event at a time."""

    def __init__(self, so_far: History) -> None:
        self.model, self.state = so_far.model, so_far.state
        self.accepted, self.void = list(so_far.accepted), list(so_far.void)
        events = [item.event for item in so_far.accepted] + [item.event for item in so_far.void]
        self.counters = {event.digest: event.counter for event in events}
        self.bundles = {item.event.version: item.event.bundle_digest for item in so_far.accepted}
        self.crowned = {item.event.version for item in so_far.accepted if item.event.kind in CROWNING}

    def history(self) -> History:
        return History(self.model, self.state, tuple(self.accepted), tuple(self.void))

    def take(self, item: StoredEvent) -> None:
        event = self._believed(item)
        digest = event.digest
        if digest in self.counters:
            self.void.append(VoidEvent(item.number, event, "stored twice: a reply was lost"))
            return
        parent_counter = 0 if event.parent is None else self.counters.get(event.parent)
        if parent_counter is None:
            self._refuse(item, f"builds on {event.parent}, which was never stored")
        if event.counter != parent_counter + 1:
            self._refuse(item, f"has counter {event.counter}, expected {parent_counter + 1}")
        self.counters[digest] = event.counter
        if event.parent == self.state.head:
            self._accept(item, event)
        else:
            self.void.append(VoidEvent(item.number, event, self._first_on(event.parent)))

    def _believed(self, item: StoredEvent) -> Event:
        expected = len(self.accepted) + len(self.void) + 1
        if item.number != expected:
            self._refuse(item, f"follows on event {expected - 1}: what was stored between them is gone")
        try:
            event = from_document(Event, json.loads(item.text), "its text")
            read_moment(event.at), read_moment(event.expires_at), event.digest
        except (ValueError, RecursionError) as error:
            self._refuse(item, f"is no event: its text is no JSON: {error}", error)
        except EvidenceError as error:
            self._refuse(item, f"is no event: {error.message}", error)
        if event.model != self.model:
            self._refuse(item, f"is of model {event.model}, expected {self.model}")
        return event

    def _accept(self, item: StoredEvent, event: Event) -> None:
        latest = self.state.latest_at
        if latest is not None and read_moment(event.at) < read_moment(latest) - SKEW:
            self._refuse(item, f"was written at {event.at}, before the event that it builds on ({latest})")
        if self.bundles.setdefault(event.version, event.bundle_digest) != event.bundle_digest:
            self._refuse(item, f"gives version {event.version} another bundle than an event before it")
        impossible = _impossible(self.state, event, self.crowned)
        if impossible:
            self._refuse(item, impossible)
        if event.kind in CROWNING:
            self.crowned.add(event.version)
        self.state = after(self.state, event)
        self.accepted.append(AcceptedEvent(item.number, event))

    def _first_on(self, parent: str | None) -> str:
        winner = next((item for item in self.accepted if item.event.parent == parent), None)
        return f"event {winner.number} was stored first" if winner else "builds on an event that is void"

    def _refuse(self, item: StoredEvent, found: str, cause: Exception | None = None) -> NoReturn:
        raise EvidenceError(
            f"event {item.number} of the ledger of {self.model} {found}",
            hint="Someone changed the ledger in the store. Restore it from a backup; until then nothing is promoted.",
        ) from cause


def after(state: State, event: Event) -> State:
    """The state once an event that builds on it is accepted. The first champion is the first anchor."""
    named = Champion(event.version, event.bundle_digest, None)
    latest = event.at if state.latest_at is None else max(event.at, state.latest_at)
    state = replace(state, head=event.digest, counter=event.counter, latest_at=latest)
    if event.kind is EventKind.ANCHORED:
        return replace(state, anchor=named)
    is_anchor = event.is_anchor or not state.anchor.exists
    return replace(state, champion=named, anchor=named if is_anchor else state.anchor, expires_at=event.expires_at)


def _replayed(model: str, events: Iterable[Event]) -> State:
    state = beginning(model)
    for event in events:
        state = after(state, event)
    return state


def _impossible(state: State, event: Event, crowned: set[str]) -> str:
    """What an event says that cannot be after this state; empty where all is well."""
    if event.kind is EventKind.ROLLED_BACK and event.version not in crowned:
        return f"rolls back to version {event.version}, which never reigned"
    if event.kind is EventKind.RENEWED and event.version != state.champion.version:
        return f"renews version {event.version}, while {state.champion.version or 'nobody'} reigned"
    if event.kind is EventKind.ANCHORED and not state.champion.exists:
        return "names an anchor before anybody reigned"
    return ""
