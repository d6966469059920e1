"""Check a certificate with nothing but the bundle and a key: no registry, no network. `ratchet verify CERTIFICATE` calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from modelratchet.core.certificate import Certificate, decode_certificate
from modelratchet.core.ledger import SKEW, EventKind
from modelratchet.core.moments import read_moment
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.checks import Check, Status, check
from modelratchet.usecases.ports.signing import SignatureVerifier, signature_path


@dataclass(frozen=True)
class Presented:
    """A certificate and the bundle that is said to be its own.

    `verifier` is None where no key was given. `minimum_counter` is the highest counter seen before: a record below it is an old one. `now` is UTC-aware.
    """

    certificate: Path
    bundle: Path
    verifier: SignatureVerifier | None
    minimum_counter: int | None
    now: datetime


def verify_certificate(presented: Presented) -> tuple[Check, ...]:
    """All checks; after a statement that cannot be read there are no others.

    Raises:
        ConfigError: the key cannot be used.
    """
    path = presented.certificate
    try:
        certificate = read_certificate(path)
    except EvidenceError as error:
        return (Check(str(path), Status.WRONG, error.message),)
    return tuple(_checks(presented, certificate))


def read_certificate(path: Path) -> Certificate:
    """Read a certificate's file.

    Raises:
        MissingEvidenceError: it is not there.
        EvidenceError: it is no certificate, or was edited.
    """
    try:
        return decode_certificate(path.read_bytes(), str(path))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingEvidenceError(
            f"{path} is not there", hint="Fetch it from the run of its verdict, or run `ratchet reconcile`."
        ) from error


def signature_check(path: Path, verifier: SignatureVerifier | None) -> Check:
    """Whether the signature beside a certificate is right; open where there is no key to tell."""
    subject = f"signature {signature_path(path).name}"
    if verifier is not None:
        return check(subject, partial(_signed, path, verifier))
    if signature_path(path).exists():
        return Check(subject, Status.OPEN, "there, and not checked: name the public key with --key")
    return Check(subject, Status.OPEN, "not signed")


def _signed(path: Path, verifier: SignatureVerifier) -> str:
    verifier.verify(path)
    return "made with this key"


def _checks(presented: Presented, certificate: Certificate) -> Iterator[Check]:
    event = certificate.event
    yield Check(str(presented.certificate), Status.RIGHT, f"event {event.counter}, {event.digest}")
    yield check("kind", lambda: _kind(certificate))
    yield check(f"bundle {presented.bundle}", lambda: _bundle(presented, certificate))
    yield signature_check(presented.certificate, presented.verifier)
    yield check("date", lambda: _date(presented.now, certificate))
    yield _counter(presented.minimum_counter, certificate)
    if event.kind is EventKind.OVERRIDDEN:
        yield Check("verdict", Status.OPEN, f"none: {event.actor} overrode the gate: {event.reason}")


def _kind(certificate: Certificate) -> str:
    event = certificate.event
    if not certificate.is_of_champion:
        raise EvidenceError(f"it names version {event.version} of {event.model} as the anchor, and promotes nothing")
    return f"{event.kind.value}: version {event.version} of {event.model}"


def _bundle(presented: Presented, certificate: Certificate) -> str:
    bundle = read_bundle(presented.bundle)
    if bundle.manifest != certificate.manifest:
        raise DigestError(f"it is bundle {bundle.digest}, the certificate is about {certificate.event.bundle_digest}")
    return f"{bundle.digest}, {len(bundle.manifest.files)} files"


def _date(now: datetime, certificate: Certificate) -> str:
    event = certificate.event
    if now < read_moment(event.at) - SKEW:
        raise EvidenceError(f"it was issued at {event.at}, which is yet to come: is this machine's clock right?")
    if now >= read_moment(event.expires_at):
        raise EvidenceError(f"it expired at {event.expires_at}; a renewed record is needed")
    return f"issued {event.at}, expires {event.expires_at}"


def _counter(minimum: int | None, certificate: Certificate) -> Check:
    found = certificate.event.counter
    if minimum is None:
        return Check("counter", Status.OPEN, f"{found}; whether a later one exists is told by --minimum-counter")
    if found < minimum:
        return Check("counter", Status.WRONG, f"{found}, expected at least {minimum}: an old record is shown again")
    return Check("counter", Status.RIGHT, f"{found}, at least {minimum}")
