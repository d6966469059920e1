"""Whether an image in a registry holds a bundle that was promoted: from its digest to the ledger. `ratchet verify-image` calls it.

It takes a public key and the registry of images, and nothing else: not the registry of models, not the machine that built it. Each link is checked by
bytes: the image's digest is signed, the statement about it names bundle and certificate, and the bundle is taken out of the layers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from modelratchet.core.certificate import Certificate, encode_certificate
from modelratchet.core.digests import digest_value
from modelratchet.core.dsse import Statement
from modelratchet.core.image_statements import BILL_TYPE, IMAGE_TYPE, PROVENANCE_TYPE, ImageRecord, image_record
from modelratchet.core.ledger import History
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.checks import Check, Status, check
from modelratchet.usecases.image_attachments import is_signed, statements
from modelratchet.usecases.image_contents import BUNDLE_LABEL, bundle_in, labels_in
from modelratchet.usecases.ports.publishing import ByteVerifier, ImageRegistry, StoredManifest
from modelratchet.usecases.verify_certificate import Presented, verify_certificate


@dataclass(frozen=True)
class Suspect:
    """An image, and what it is held against.

    `minimum_counter` is the highest counter that was seen before; `history` the ledger, None where it is not to be asked; `now` is UTC-aware.
    """

    name: str
    reference: str
    registry: ImageRegistry
    verifier: ByteVerifier
    minimum_counter: int | None
    history: Callable[[str], History] | None
    now: datetime


def verify_image(suspect: Suspect) -> tuple[Check, ...]:
    """All checks; after a link that is broken there are no others.

    Raises:
        InputError, OutsideError: the registry of images, or of models, cannot be asked.
        ConfigError: the key cannot be used.
    """
    checks: list[Check] = []
    try:
        for item in _checks(suspect):
            checks.append(item)
            if item.status is Status.WRONG:
                break
    except EvidenceError as error:
        checks.append(Check(suspect.name, Status.WRONG, error.message))
    return tuple(checks)


def _checks(suspect: Suspect) -> Iterator[Check]:
    manifest = suspect.registry.manifest(suspect.reference)
    if manifest is None:
        raise MissingEvidenceError("the registry has no such image")
    yield Check(f"image {suspect.name}", Status.RIGHT, manifest.digest)
    yield check("signature", partial(_signature, suspect, manifest))
    said = statements(suspect.registry, manifest.digest, suspect.verifier)
    record = _record(said)
    yield Check("statement", Status.RIGHT, f"version {record.version} of {record.model}, bundle {record.bundle_digest}")
    yield check("label", partial(_label, suspect, manifest, record))
    yield check("bill of materials", partial(_bill, said, record))
    yield check("provenance", partial(_provenance, said))
    yield _audit(record)
    if record.certificate is None:
        yield Check("promotion", Status.WRONG, "none: it was published without one")
        return
    yield from _promotion(suspect, manifest, record, record.certificate)


def _signature(suspect: Suspect, manifest: StoredManifest) -> str:
    if not is_signed(suspect.registry, manifest.digest, suspect.verifier):
        raise MissingEvidenceError("this key has not signed the image")
    return "made with this key"


def _record(said: Sequence[Statement]) -> ImageRecord:
    """The latest of what was said: a rollback or a renewal adds another."""
    records = [image_record(item) for item in said if item.predicate_type == IMAGE_TYPE]
    if not records:
        raise MissingEvidenceError("this key has said of the image no word about a bundle")
    return max(records, key=lambda item: item.certificate.event.counter if item.certificate else 0)


def _label(suspect: Suspect, manifest: StoredManifest, record: ImageRecord) -> str:
    found = labels_in(suspect.registry, manifest).get(BUNDLE_LABEL, "none")
    if found != record.bundle_digest:
        raise DigestError(f"the image's label names bundle {found}")
    return "names the same bundle"


def _bill(said: Sequence[Statement], record: ImageRecord) -> str:
    bills = [item.predicate for item in said if item.predicate_type == BILL_TYPE]
    if record.bill_digest not in [digest_value(bill) for bill in bills]:
        raise MissingEvidenceError(f"no bill of materials {record.bill_digest} is attached")
    bill = next(bill for bill in bills if digest_value(bill) == record.bill_digest)
    return f"{len(bill.get('components', ()))} components"


def _provenance(said: Sequence[Statement]) -> str:
    found = next((item.predicate for item in said if item.predicate_type == PROVENANCE_TYPE), None)
    if found is None:
        raise MissingEvidenceError("none is attached")
    try:
        run = found["runDetails"]
        return f"built by {run['builder']['id']} at {run['metadata']['finishedOn']}"
    except (KeyError, TypeError) as error:
        raise EvidenceError("it does not say who built the image") from error


def _audit(record: ImageRecord) -> Check:
    told = f"{record.n_packages} packages against {record.audited_by} as of {record.audited_as_of}; {record.n_checks} conformance checks passed"
    if record.excepted:
        return Check("audit", Status.OPEN, f"{told}; let pass: {', '.join(record.excepted)}")
    return Check("audit", Status.RIGHT, told)


def _promotion(
    suspect: Suspect, manifest: StoredManifest, record: ImageRecord, certificate: Certificate
) -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="ratchet-image-") as name:
        path, bundle = Path(name) / certificate.name, Path(name) / BUNDLE_FOLDER
        path.write_bytes(encode_certificate(certificate))
        yield check("bundle in the layers", partial(_extracted, suspect, manifest, record, bundle))
        # signed as a part of the statement: whether it has a signature of its own is no matter
        presented = Presented(path, bundle, None, suspect.minimum_counter, suspect.now)
        checks = [item for item in verify_certificate(presented) if item.subject != f"signature {certificate.name}.sig"]
        yield from (_renamed(item, name) for item in checks)
    yield check("version", partial(_version, record, certificate))
    if suspect.history is not None:
        yield _ledger(suspect.history(record.model), certificate)


def _extracted(suspect: Suspect, manifest: StoredManifest, record: ImageRecord, folder: Path) -> str:
    folder.mkdir()
    for name, data in bundle_in(suspect.registry, manifest).items():
        (folder / Path(name).name).write_bytes(data)
    found = read_bundle(folder).digest
    if found != record.bundle_digest:
        raise DigestError(f"the image holds bundle {found}, expected {record.bundle_digest}")
    return found


def _renamed(item: Check, folder: str) -> Check:
    """Without the folder for temporary files, which is nobody's business."""
    clean = item.subject.replace(f"{folder}/", ""), item.status, item.message.replace(f"{folder}/", "")
    return Check(*clean)


def _version(record: ImageRecord, certificate: Certificate) -> str:
    event = certificate.event
    if (event.model, event.version, event.bundle_digest) != (record.model, record.version, record.bundle_digest):
        raise EvidenceError(f"the certificate is of version {event.version} of {event.model}")
    return f"certificate and image are of version {event.version} of {event.model}"


def _ledger(history: History, certificate: Certificate) -> Check:
    event = certificate.event
    if event.digest not in {item.event.digest for item in history.accepted}:
        return Check("ledger", Status.WRONG, f"event {event.counter}, {event.digest}, does not count there")
    reigns = history.state.champion.version
    if reigns != event.version:
        return Check("ledger", Status.OPEN, f"has event {event.counter}; version {reigns} reigns now")
    return Check("ledger", Status.RIGHT, f"has event {event.counter}; version {reigns} reigns")
