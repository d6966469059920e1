"""A certificate: one ledger event and the bundle it is about, as an in-toto statement that anyone can check without the registry.

Made by `usecases.certify` for every accepted event, read by `ratchet verify`. There is one form for each event and bundle, to the byte, so that a
certificate that was lost can be made again, and one that was touched is not taken. Signing is an adapter's business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from modelratchet.core.digests import PREFIX, canonical_json
from modelratchet.core.formats import as_written, from_document, to_document, version_of
from modelratchet.core.ledger import Event, EventKind
from modelratchet.core.manifest import Manifest
from modelratchet.errors import DigestError, EvidenceError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:modelratchet:certificate:v1"
BUNDLE_SUBJECT = "bundle"


@dataclass(frozen=True)
class Certificate:
    """The statement's predicate.

    `event` holds counter, parent, dates and the digests of verdict, evidence, policy and holdout;
    `manifest` the digest of every file of the bundle and its lineage; `event_digest` is the position in the ledger: it names
    the event and, through the parents, all before it. Version 2 holds event and manifest as whole documents, each with its format's version; version 1 held
    their fields alone, and is still written of what release 0.1 wrote: an event has one certificate, to the byte, whichever release makes it.
    """

    FORMAT: ClassVar[str] = "modelratchet/certificate"
    VERSION: ClassVar[int] = 2

    event_digest: str
    event: Event
    manifest: Manifest

    @property
    def is_of_champion(self) -> bool:
        """Whether it says who reigns; that of an `anchored` event names a point of comparison alone."""
        return self.event.kind is not EventKind.ANCHORED

    @property
    def name(self) -> str:
        """The name of its file."""
        return certificate_name(self.event)


def certificate_name(event: Event) -> str:
    """The name of the file that holds an event's certificate."""
    return f"{event.model}-{event.counter}.json"


def certificate_of(event: Event, manifest: Manifest) -> Certificate:
    """Certify an event.

    Raises:
        DigestError: the event is about another bundle than the manifest's.
    """
    if manifest.digest != event.bundle_digest:
        raise DigestError(
            f"event {event.counter} of {event.model} is about bundle {event.bundle_digest}, found {manifest.digest}",
            hint="Someone changed the stored bundle; restore it before anything is certified.",
        )
    if event.model_digest not in (None, manifest.model_digest):
        raise DigestError(
            f"event {event.counter} of {event.model} is about model {event.model_digest}, its bundle holds {manifest.model_digest}",
            hint="Someone changed the registry before it was promoted; roll back, and find out who.",
        )
    return Certificate(event.digest, event, manifest)


def encode_certificate(certificate: Certificate) -> bytes:
    """The statement as canonical JSON and a line's end; equal certificates give equal bytes.

    Source: in-toto attestation framework, Statement v1 (`_type`, `subject`, `predicateType`, `predicate`).
    """
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": _subjects(certificate.manifest),
        "predicateType": PREDICATE_TYPE,
        "predicate": certificate_document(certificate),
    }
    return canonical_json(statement) + b"\n"


def decode_certificate(data: bytes, source: str) -> Certificate:
    """Read what `encode_certificate` wrote: `decode_certificate(encode_certificate(x), "")` equals x.

    Nothing but that form is taken: a byte more or less, a digest that does not fit, a second spelling of the same JSON.

    Raises:
        EvidenceError: it is no certificate, one of another version, or was edited.
    """
    statement = _statement(data, source)
    certificate = read_certificate_document(statement.get("predicate"), source)
    try:
        _require_whole(certificate, statement, data, source)
    except ValueError as error:  # text that UTF-8 has no form for
        raise _edited(source, str(error)) from error
    return certificate


def certificate_document(certificate: Certificate) -> dict[str, Any]:
    """The predicate as plain data."""
    event, manifest = to_document(certificate.event), to_document(certificate.manifest)
    is_of_first_release = (event["format_version"], manifest["format_version"]) == (1, 1)
    return {
        "format": Certificate.FORMAT,
        "format_version": 1 if is_of_first_release else Certificate.VERSION,
        "event_digest": certificate.event_digest,
        "event": _fields(event) if is_of_first_release else event,
        "manifest": _fields(manifest) if is_of_first_release else manifest,
    }


def read_certificate_document(document: Any, source: str) -> Certificate:
    """Read what `certificate_document` made; event and manifest keep their digests.

    Raises:
        EvidenceError: it is no certificate, or one of a later release.
    """
    version = version_of(Certificate, document, source)
    if set(document) != {"format", "format_version", "event_digest", "event", "manifest"}:
        raise EvidenceError(f"{source} has the fields {sorted(document)}, which no certificate has")
    event, manifest = document["event"], document["manifest"]
    if version == 1:
        event, manifest = _of_first_release(Event, event), _of_first_release(Manifest, manifest)
    certificate = Certificate(
        str(document["event_digest"]),
        from_document(Event, event, f"the event of {source}"),
        from_document(Manifest, manifest, f"the manifest of {source}"),
    )
    return as_written(certificate, document)


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("format", "format_version")}


def _of_first_release(record: type[Event | Manifest], found: Any) -> Any:
    return {"format": record.FORMAT, "format_version": 1, **found} if isinstance(found, dict) else found


def _require_whole(certificate: Certificate, statement: dict[str, Any], data: bytes, source: str) -> None:
    event, manifest = certificate.event, certificate.manifest
    if certificate.event_digest != event.digest:
        raise _edited(source, f"its event has digest {event.digest}, it says {certificate.event_digest}")
    if manifest.digest != event.bundle_digest:
        raise _edited(source, f"its manifest has digest {manifest.digest}, its event says {event.bundle_digest}")
    if event.model_digest not in (None, manifest.model_digest):
        raise _edited(source, f"its bundle holds model {manifest.model_digest}, its event says {event.model_digest}")
    if statement.get("subject") != _subjects(manifest):
        raise _edited(source, "its subjects are not the files of its manifest")
    if encode_certificate(certificate) != data:
        raise _edited(source, "its bytes are not in the one form that a certificate has")


def _statement(data: bytes, source: str) -> dict[str, Any]:
    try:
        statement = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{source} is not JSON: {error}") from error
    found = statement.get("_type") if isinstance(statement, dict) else None
    if not isinstance(statement, dict) or found != STATEMENT_TYPE:
        raise EvidenceError(f"{source} is no in-toto statement: found type {found!r}, expected {STATEMENT_TYPE}")
    if statement.get("predicateType") != PREDICATE_TYPE:
        raise EvidenceError(f"{source} is a {statement.get('predicateType')!r}, expected {PREDICATE_TYPE}")
    return statement


def _subjects(manifest: Manifest) -> list[dict[str, Any]]:
    named = [(BUNDLE_SUBJECT, manifest.digest), *sorted(manifest.files.items())]
    return [{"name": name, "digest": {"sha256": digest.removeprefix(PREFIX)}} for name, digest in named]


def _edited(source: str, what: str) -> EvidenceError:
    return EvidenceError(
        f"{source} was edited: {what}", hint="Fetch it again from its run, or run `ratchet reconcile`."
    )
