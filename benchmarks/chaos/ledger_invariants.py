"""What must hold of a ledger and of all that follows from it, read from the store's tables and the files.

The chain is walked here by its rule alone: of the events that name the head, the lowest number counts. The package's own fold has to agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chaos.invariants import LEDGER_SUFFIX, Store, StoredVersion
from modelratchet.adapters.model_signing_signer import ModelSigningVerifier
from modelratchet.core.certificate import decode_certificate
from modelratchet.core.digests import digest_value
from modelratchet.core.folding import fold
from modelratchet.core.ledger import EventKind, History, StoredEvent
from modelratchet.errors import RatchetError

Expected = Sequence[tuple[EventKind, str]]
"""The events that have to count, in order: what happened, to which version."""


def faults_of_ledger(store: Store, expected: Expected) -> Iterator[str]:
    """Say what is wrong with events, aliases, tags and certificates; nothing, if all is well."""
    chain = _chain(store.versions(store.model + LEDGER_SUFFIX))
    found = [(event["kind"], event["version"]) for event in chain]
    wanted = [(kind.value, version) for kind, version in expected]
    if found != wanted:
        word = "double" if len(found) > len(wanted) else "wrong"
        yield f"{word}: the ledger holds {found}, expected {wanted}"
    yield from faults_of_state(store)


def faults_of_state(store: Store) -> Iterator[str]:
    """The same whatever the events are: the ledger folds, and all that follows from it is there."""
    stored = store.versions(store.model + LEDGER_SUFFIX)
    chain = _chain(stored)
    try:
        history = fold(store.model, [StoredEvent(item.number, item.tags.get("ratchet.event", "")) for item in stored])
    except RatchetError as error:
        yield f"the ledger does not fold: {error.message}"
        return
    if [item.event.digest for item in history.accepted] != [digest_value(event) for event in chain]:
        yield "the fold accepts other events than the rule"
    yield from _faults_of_projection(store, history)
    yield from _faults_of_certificates(store, history)


def _chain(stored: Sequence[StoredVersion]) -> list[dict[str, Any]]:
    accepted: list[dict[str, Any]] = []
    head: str | None = None
    for item in stored:
        event: dict[str, Any] = json.loads(item.tags.get("ratchet.event", "{}"))
        if event.get("parent") == head:
            accepted.append(event)
            head = digest_value(event)
    return accepted


def _faults_of_projection(store: Store, history: History) -> Iterator[str]:
    state = history.state
    wanted = {"champion": state.champion.version, "anchor": state.anchor.version}
    wanted = {alias: version for alias, version in wanted.items() if version is not None}
    if store.aliases() != wanted:
        yield f"the aliases are {store.aliases()}, and the ledger says {wanted}"
    rows = store.rows("SELECT key, value FROM registered_model_tags WHERE name = ?", store.model)
    found = {str(key): value for key, value in rows}
    shown = (found.get("ratchet.ledger_head"), found.get("ratchet.ledger_counter"))
    if state.head and shown != (state.head, str(state.counter)):
        yield f"the tags name {shown}, and the ledger's head is {(state.head, state.counter)}"


def _faults_of_certificates(store: Store, history: History) -> Iterator[str]:
    """Each on disk, right, signed, and the same bytes beside the run."""
    for item in history.accepted:
        name = f"{store.model}-{item.event.counter}.json"
        path = store.project / "certificates" / name
        try:
            certificate = decode_certificate(path.read_bytes(), name)
            ModelSigningVerifier(store.project / "key.pub").verify(path)
        except (OSError, RatchetError) as error:
            yield f"certificate {name}: {error}"
            continue
        if certificate.event != item.event:
            yield f"certificate {name} is of another event"
        for own in (path, path.with_name(f"{name}.sig")):
            if not any(copy.read_bytes() == own.read_bytes() for copy in _copies(store, own.name)):
                yield f"{own.name} does not lie beside its run"


def _copies(store: Store, name: str) -> list[Path]:
    return [path for path in store.artifacts.rglob(name) if path.is_file()]
