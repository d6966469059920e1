"""What stored events add up to: each is believed or refused, counts or is void. Pure.

Called by `usecases.read_ledger` for every verb that asks who reigns, and by the adapter that makes aliases follow the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NoReturn

from modelratchet.core.digests import canonical_json
from modelratchet.core.formats import from_document
from modelratchet.core.ledger import (
    CROWNING,
    SKEW,
    AcceptedEvent,
    Event,
    EventKind,
    History,
    State,
    StoredEvent,
    VoidEvent,
    after,
    beginning,
)
from modelratchet.core.moments import read_moment
from modelratchet.errors import EvidenceError, LaterReleaseError


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
            event = _event(item.text)
        except (ValueError, RecursionError) as error:
            self._refuse(item, f"is no event: its text is no JSON: {error}", error)
        except LaterReleaseError as error:
            wrote = f"; {item.release} wrote it" if item.release else ""
            raise LaterReleaseError(
                f"event {item.number} of the ledger of {self.model}: {error.message}{wrote}", hint=error.hint
            ) from error
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


def _event(text: str) -> Event:
    """An event is the bytes that were stored: only the one form that events are written in is taken, so its digest is theirs.

    Raises:
        ValueError: it is no JSON.
        EvidenceError: it is no event, or not in that form.
    """
    document = json.loads(text)
    event = from_document(Event, document, "its text")
    if canonical_json(document) != text.encode():
        raise EvidenceError("it is not in the form that events are written in")
    read_moment(event.at), read_moment(event.expires_at)
    return event


def _impossible(state: State, event: Event, crowned: set[str]) -> str:
    """What an event says that cannot be after this state; empty where all is well."""
    if event.kind is EventKind.PROMOTED and None in event.proof:
        return f"promotes version {event.version}, and no verdict stands behind it"
    if event.kind is not EventKind.PROMOTED and event.is_anchor is not _names_anchor(state, event):
        return f"moves the anchor to version {event.version}, which a {event.kind.value} event may not"
    if event.kind is EventKind.ROLLED_BACK and event.version not in crowned:
        return f"rolls back to version {event.version}, which never reigned"
    if event.kind is EventKind.RENEWED and event.version != state.champion.version:
        return f"renews version {event.version}, while {state.champion.version or 'nobody'} reigned"
    if event.kind is EventKind.ANCHORED and not state.champion.exists:
        return "names an anchor before anybody reigned"
    return ""


def _names_anchor(state: State, event: Event) -> bool:
    """Whether an event without a verdict of its own makes its version the anchor: a person named it, or there is none yet."""
    return event.kind is EventKind.ANCHORED or (event.kind is EventKind.OVERRIDDEN and not state.anchor.exists)
