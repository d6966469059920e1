"""Check all that the registry holds of a model's promotions against each other. `ratchet verify` without a certificate calls it.

The ledger is believed as far as its chain holds; bundles, verdicts, evidence, certificates and aliases are held against it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from modelratchet.core.certificate import certificate_name, decode_certificate
from modelratchet.core.evidence import Evidence
from modelratchet.core.ledger import Event, EventKind, State
from modelratchet.core.moments import read_moment
from modelratchet.core.reports import EVIDENCE_NAME, VERDICT_NAME, Named, parse_named_report
from modelratchet.core.verdict import Decision, Verdict
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.certify import run_of_event
from modelratchet.usecases.checks import Check, Status, check
from modelratchet.usecases.ports.promotions import Ledger, Projection
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion, RunFiles
from modelratchet.usecases.ports.signing import SignatureVerifier, signature_path
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.verify_certificate import signature_check

# what a verdict says, and the event that it stands behind
_TIES = ("evidence_digest", "policy_digest", "holdout_digest", "model")


@dataclass(frozen=True)
class Store:
    """What is looked at. `certificates` is the local folder."""

    reader: LedgerReader
    registry: ModelRegistry
    files: RunFiles
    certificates: Path
    verifier: SignatureVerifier | None


def verify_store(model: str, store: Store, now: datetime) -> tuple[Check, ...]:
    """All checks, the ledger's first; where its chain does not hold there are no others.

    Raises:
        TrackingError: the store cannot be asked now.
    """
    try:
        history = store.reader.history(model)
    except EvidenceError as error:
        return (Check("ledger", Status.WRONG, error.message),)
    summary = f"{len(history.accepted)} events count, {len(history.void)} void, head {history.state.head}"
    checks = [Check("ledger", Status.RIGHT, f"{summary}; nothing that was seen before is gone")]
    for item in history.accepted:
        checks += _event_checks(item.event, store)
    aliases = partial(_aliases, history.state, store.reader.ledger)
    return (*checks, check("aliases", aliases), _expiry(history.state, now))


def _event_checks(event: Event, store: Store) -> Iterator[Check]:
    subject = f"event {event.counter}"
    version = store.registry.version(event.model, event.version)
    if version is None:
        lost = f"version {event.version} of {event.model} is not in the registry, or not whole"
        yield Check(f"{subject} version {event.version}", Status.WRONG, lost)
        return
    yield check(f"{subject} version {event.version}", partial(_bundle, event, version, store.registry))
    if event.verdict_digest is not None:
        yield check(f"{subject} verdict", partial(_verdict, event, store.files))
    yield from _certificate_checks(event, version, store)


def _bundle(event: Event, version: RegisteredVersion, registry: ModelRegistry) -> str:
    if version.bundle_digest != event.bundle_digest:
        raise DigestError(f"it is registered with bundle {version.bundle_digest}, the event says {event.bundle_digest}")
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        registry.fetch_bundle(version, Path(folder) / "bundle")
        found = read_bundle(Path(folder) / "bundle")
    if found.digest != event.bundle_digest:
        raise DigestError(f"its stored bundle is {found.digest}, the event says {event.bundle_digest}")
    if event.model_digest not in (None, found.model_digest):
        raise DigestError(f"its stored model is {found.model_digest}, the event says {event.model_digest}")
    return f"read back whole: bundle {found.digest}"


def _verdict(event: Event, files: RunFiles) -> str:
    digest = str(event.verdict_digest)
    run_id = next((run.run_id for run in files.runs(event.model) if run.key == digest), None)
    if run_id is None:
        raise MissingEvidenceError(f"no run has verdict {digest}")
    source = f"{VERDICT_NAME} of run {run_id}"
    document = parse_named_report(_read(files, run_id, VERDICT_NAME), digest, Named(Verdict, source))
    # what release 0.1 decided names the bundle alone
    candidate = "bundle_digest" if event.model_digest is None else "model_digest"
    loose = [name for name in (*_TIES, candidate) if document.get(name) != getattr(event, name)]
    if loose:
        raise EvidenceError(f"{source} and the event differ in {', '.join(loose)}")
    if document.get("decision") != Decision.PROMOTE:
        raise EvidenceError(f"{source} says {document.get('decision')}, not promote")
    if event.kind is EventKind.PROMOTED:
        _require_no_replay(event, document, source)
    evidence = _read(files, run_id, EVIDENCE_NAME)
    parse_named_report(evidence, str(event.evidence_digest), Named(Evidence, f"{EVIDENCE_NAME} of run {run_id}"))
    return f"promote; verdict and evidence of run {run_id} are the ones named"


def _require_no_replay(event: Event, document: Mapping[str, Any], source: str) -> None:
    """A verdict stands for the state it was made in alone, and moves the anchor only where it says so; the first champion is the first anchor."""
    head = document.get("ledger_head")
    if head != event.parent:
        raise EvidenceError(
            f"{source} was made after {head or 'nothing'}, and the event builds on {event.parent or 'nothing'}"
        )
    is_anchor = event.parent is None or document.get("is_superior") is True
    if event.is_anchor != is_anchor:
        raise EvidenceError(f"{source} and the event differ in whether the champion is the new anchor")


def _certificate_checks(event: Event, version: RegisteredVersion, store: Store) -> Iterator[Check]:
    name = certificate_name(event)
    run_id = run_of_event(event, version, store.files)
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        stored = Path(folder) / name
        found = check(f"certificate {name}", partial(_certificate, event, run_id, store, stored))
        yield found
        if found.status is Status.RIGHT:
            yield signature_check(stored, store.verifier)


def _certificate(event: Event, run_id: str, store: Store, copy: Path) -> str:
    """Hold the stored certificate, and the local one if there is one, against the event; leave the stored one at `copy`."""
    data = _read(store.files, run_id, copy.name)
    if decode_certificate(data, f"{copy.name} of run {run_id}").event_digest != event.digest:
        raise EvidenceError(f"{copy.name} of run {run_id} is of another event than the ledger's")
    local = store.certificates / copy.name
    if local.exists() and local.read_bytes() != data:
        raise DigestError(f"{local} is not the one that is stored beside run {run_id}")
    copy.write_bytes(data)
    signature = store.files.read(run_id, signature_path(copy).name)
    if signature is not None:
        signature_path(copy).write_bytes(signature)
    return f"says what the ledger says; beside run {run_id}"


def _read(files: RunFiles, run_id: str, name: str) -> bytes:
    data = files.read(run_id, name)
    if data is None:
        raise MissingEvidenceError(f"run {run_id} has no {name}: `ratchet reconcile` completes what can be made again")
    return data


def _aliases(state: State, ledger: Ledger) -> str:
    shown = ledger.projection(state.model)
    wanted = Projection(state.champion.version, state.anchor.version, state.head, state.counter if state.head else None)
    differing = [
        f"{name} is {getattr(shown, name)}, the ledger says {getattr(wanted, name)}"
        for name in ("champion", "anchor", "head", "counter")
        if getattr(shown, name) != getattr(wanted, name)
    ]
    if differing:
        raise EvidenceError(f"{'; '.join(differing)}: `ratchet reconcile` mends it")
    return f"champion is version {shown.champion}, anchor version {shown.anchor}, as the ledger says"


def _expiry(state: State, now: datetime) -> Check:
    if state.expires_at is None:
        return Check("expiry", Status.OPEN, "nothing was promoted yet")
    if now >= read_moment(state.expires_at):
        return Check(
            "expiry", Status.WRONG, f"the champion's record expired at {state.expires_at}: renew or replace it"
        )
    return Check("expiry", Status.RIGHT, f"the champion's record is proof until {state.expires_at}")
