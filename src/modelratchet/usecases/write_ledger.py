"""Append an event and find out whether it won; then complete what follows from it. Called by every verb that changes who reigns.

The event in the ledger is the change. Alias, tags and certificate follow from it, and whoever is killed before they are written leaves them to
`reconcile`, or to the next verb.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modelratchet.core.ledger import Event, History, State
from modelratchet.core.ledger_writing import Circumstances
from modelratchet.core.overrides import is_override, override_text
from modelratchet.core.page.overriding import with_override
from modelratchet.core.standing import Champion
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError, OutsideError, TrackingError
from modelratchet.usecases.ports.promotions import Certificates
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion
from modelratchet.usecases.read_ledger import LedgerReader

COMPARE_AGAIN = "Compare again: run `ratchet run`, then `ratchet promote`."


@dataclass(frozen=True)
class Desk:
    """All that the verbs of promotion talk to. `circumstances` gives the time, a fresh nonce and who asks, at each call."""

    reader: LedgerReader
    registry: ModelRegistry
    certificates: Certificates
    circumstances: Callable[[], Circumstances]


@dataclass(frozen=True)
class Completion:
    """What was completed. `has_projected` says that alias or tags had to be changed; `certificates` are on disk."""

    has_projected: bool
    certificates: tuple[Path, ...]


@dataclass(frozen=True)
class Written:
    """The event that holds now, and the state after it. `is_new` is false where it was there already and nothing was written."""

    event: Event
    state: State
    is_new: bool
    completion: Completion


def write_event(desk: Desk, history: History, draft: Callable[[State, Circumstances], Event]) -> Written:
    """Append one event to the history that was read, and complete what follows.

    Args:
        desk: what to talk to.
        history: as it was read for the decision; the event names its head.
        draft: makes the event.

    Raises:
        EvidenceError: another event was stored first, so the decision no longer stands; or the clock was set back.
        TrackingError: the store cannot be asked now. The event may be in the ledger; the same command again finds out.
    """
    event = draft(history.state, desk.circumstances())
    after = _after_appending(desk, event)
    if after.won(event.nonce) is None:
        raise EvidenceError(f"{_winner(after, event)} while this was decided", hint=COMPARE_AGAIN)
    return Written(event, after.state, True, complete(desk, after, [event]))


def settled_event(desk: Desk, history: History, event: Event) -> Written:
    """An event that is there already: nothing is written to the ledger, and what may be missing is completed."""
    return Written(event, history.state, False, complete(desk, history, [event]))


def complete(desk: Desk, history: History, events: Sequence[Event]) -> Completion:
    """Set alias and tags, and make the events' certificates. Idempotent.

    Raises:
        OutsideError: it could not be done now; the ledger holds all the same.
    """
    try:
        has_projected = desk.reader.ledger.project(history.state)
        _show_overrides(desk, history, events)
        return Completion(has_projected, tuple(desk.certificates.ensure(event) for event in events))
    except OutsideError as error:
        reigning = history.state.champion.version or "nobody"
        raise type(error)(
            f"the ledger of {history.model} says that {reigning} reigns, but alias, tags or certificate may be missing: {error.message}",
            hint="Run `ratchet reconcile` to complete them; nothing has to be decided again.",
        ) from error


def _show_overrides(desk: Desk, history: History, events: Sequence[Event]) -> None:
    """An override stands on the version's page for ever."""
    for event in filter(is_override, events):
        version = desk.registry.version(history.model, event.version)
        if version is not None:
            desk.registry.show_override(version, partial(with_override, override=override_text(event)))


def whole_version(desk: Desk, model: str, number: str) -> RegisteredVersion:
    """A version that the registry holds whole; its bundle is read back and compared before anything is written about it.

    Raises:
        MissingEvidenceError: there is no such version, or `ratchet` did not record it.
        DigestError: its bytes are not the ones that were recorded.
    """
    version = desk.registry.version(model, number)
    if version is None:
        raise MissingEvidenceError(
            f"the registry holds no version {number} of {model} that `ratchet run` recorded whole",
            hint="`ratchet history` shows who reigned; `ratchet ui` shows all versions.",
        )
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        desk.registry.fetch_bundle(version, Path(folder) / "bundle")
    return version


def whole_champion(desk: Desk, model: str, champion: Champion) -> Champion:
    """One that reigned before, as long as the registry still holds what it was then.

    Raises:
        MissingEvidenceError, DigestError: see `whole_version`; or the registry now says that it has another bundle.
    """
    version = whole_version(desk, model, champion.version or "")
    if version.bundle_digest != champion.bundle_digest:
        raise DigestError(
            f"version {version.version} of {model} holds bundle {version.bundle_digest}, and reigned with {champion.bundle_digest}",
            hint="Someone changed the registry; restore it from a backup.",
        )
    return champion


def _after_appending(desk: Desk, event: Event) -> History:
    """The ledger once the event was sent; a failure is one only if the event is not there."""
    failure: TrackingError | None = None
    try:
        desk.reader.ledger.append(event)
    except TrackingError as error:
        failure = error
    try:
        after = desk.reader.history(event.model)
    except TrackingError as error:
        raise TrackingError(
            f"whether the event for version {event.version} was stored is not known: {error.message}",
            hint="Run the same command again when the registry answers: it finds what was stored, and writes nothing twice.",
        ) from error
    if failure is not None and after.state.head == event.parent:
        raise failure
    return after


def _winner(history: History, event: Event) -> str:
    first = next((item.event for item in history.accepted if item.event.parent == event.parent), None)
    if first is None:
        return f"event {event.counter} of the ledger of {event.model} was lost"
    kind = first.kind.value.replace("_", " ")
    return f"version {first.version} of {event.model} was {kind} by {first.actor} at {first.at}"
