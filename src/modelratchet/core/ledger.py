"""The promotion ledger: an append-only, hash-chained list of events, and the state that follows from it.

An event names the head that it builds on. Of several events that name the same head, the first one stored wins and the others are void;
so promoters need no lock. Nothing is edited: a rollback is a further event. Where events are stored is the adapter's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import to_document
from modelratchet.core.standing import Champion


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
