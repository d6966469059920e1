"""The promotion ledger: an append-only, hash-chained list of events, and the state that follows from it.

An event names the head that it builds on. Of several events that name the same head, the first one stored wins and the others are void;
so promoters need no lock. Nothing is edited: a rollback is a further event. Where events are stored is the adapter's business. What was stored is
believed or refused in `core.folding`; new events are made in `core.ledger_writing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import ClassVar

from modelratchet.core.formats import added, digest_of
from modelratchet.core.moments import read_moment
from modelratchet.core.standing import NOBODY, Champion

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
    `model_digest` is of the model that the verdict is about; None where there is no verdict.
    `is_anchor` says that this champion is the new anchor too. `reason` is free text of a person, empty for a promotion.
    """

    FORMAT: ClassVar[str] = "modelratchet/ledger-event"
    VERSION: ClassVar[int] = 2

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
    model_digest: str | None = added(2)

    @property
    def digest(self) -> str:
        """Names this event, and with it all before it."""
        return digest_of(self)

    @property
    def named(self) -> Champion:
        """Whom it is about, without the run."""
        return Champion(self.version, self.bundle_digest, None)

    @property
    def proof(self) -> tuple[str | None, str | None, str | None, str | None]:
        """The digests of verdict, evidence, policy and holdout."""
        return self.verdict_digest, self.evidence_digest, self.policy_digest, self.holdout_digest


@dataclass(frozen=True)
class StoredEvent:
    """An event as the store holds it: the number that the store gave it, and its JSON text, not yet believed. `release` is who says to have written it."""

    number: int
    text: str
    release: str = added(2, "")


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

    @property
    def reigns(self) -> tuple[Champion, ...]:
        """Who can be gone back to, the champion last: a rollback takes off all that came after its target."""
        chain: list[Champion] = []
        for item in self.accepted:
            champion = item.event.named
            if item.event.kind is EventKind.ROLLED_BACK and champion in chain:
                while chain[-1] != champion:  # back to its latest reign, for it may have had several
                    chain.pop()
            elif item.event.kind in CROWNING:
                chain.append(champion)
        return tuple(chain)

    def reigned(self, version: str) -> Champion | None:
        """That version, if it was ever champion."""
        crowned = (item.event for item in self.accepted if item.event.kind in CROWNING)
        return next((event.named for event in crowned if event.version == version), None)

    @property
    def crowning(self) -> AcceptedEvent | None:
        """The event that made the champion what it is; a later renewal or anchor is another one."""
        return next((item for item in reversed(self.accepted) if item.event.kind in CROWNING), None)


CROWNING = frozenset({EventKind.PROMOTED, EventKind.ROLLED_BACK, EventKind.OVERRIDDEN})
"""The kinds after which their version reigns."""


def beginning(model: str) -> State:
    """The state before the first event."""
    return State(model, None, 0, NOBODY, NOBODY, None, None)


def after(state: State, event: Event) -> State:
    """The state once an event that builds on it is accepted. The first champion is the first anchor."""
    latest = event.at if state.latest_at is None else max(event.at, state.latest_at)
    state = replace(state, head=event.digest, counter=event.counter, latest_at=latest)
    if event.kind is EventKind.ANCHORED:
        return replace(state, anchor=event.named)
    is_anchor = event.is_anchor or not state.anchor.exists
    anchor = event.named if is_anchor else state.anchor
    return replace(state, champion=event.named, anchor=anchor, expires_at=event.expires_at)


def _replayed(model: str, events: Iterable[Event]) -> State:
    state = beginning(model)
    for event in events:
        state = after(state, event)
    return state
