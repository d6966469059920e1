"""The ledger, its projection, and the certificates of its events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modelratchet.core.ledger import Event, State, StoredEvent


@dataclass(frozen=True)
class Projection:
    """What the registry shows of a ledger to everyone else; None where nothing is shown.

    `champion` and `anchor` are the versions that the aliases name, `head` and `counter` what the model's tags say. Never the truth: a promoter
    may be killed before it is written, or write it late.
    """

    champion: str | None
    anchor: str | None
    head: str | None
    counter: int | None


class Ledger(Protocol):
    """Where promotion events are kept: append-only, each numbered by the store. `core.folding.fold` makes the state of them."""

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        """All events ever stored, by rising number, those that lost too.

        Raises:
            TrackingError: the store cannot be asked now.
            EvidenceError: a text is not the one that was stored. Missing numbers and all else are for `core.folding.fold` to find.
        """

    def append(self, event: Event) -> None:
        """Store an event. Whether it won is told by the next `read`: of several with one parent the lowest number wins.

        A lost reply may store it twice; the second then names a parent that is head no longer, and is void.

        Raises:
            TrackingError: the store did not answer; the event may or may not be there, and its nonce tells.
        """

    def projection(self, model: str) -> Projection:
        """What aliases and tags say now.

        Raises:
            TrackingError: the store cannot be asked now.
        """

    def project(self, state: State) -> bool:
        """Make the aliases `champion` and `anchor`, and the model's tags, say what the ledger says. Idempotent.

        Another promoter may be at it with a newer state: the ledger is read again afterwards, until the two agree.

        Args:
            state: as the ledger was read last; one that is older is made good for.

        Returns:
            Whether anything had to be changed.

        Raises:
            TrackingError: the store cannot be asked now, or others write too fast; a later call completes it.
            EvidenceError: the ledger cannot be believed.
        """


class Certificates(Protocol):
    """Certificates of ledger events."""

    def ensure(self, event: Event) -> Path:
        """Make, sign if there is a key, and store the certificate of an accepted event, unless all that is there and right. Idempotent.

        Raises:
            TrackingError: the store cannot be asked now; a later call completes it.
            EvidenceError: the event's version is not whole, or holds another bundle.
        """
