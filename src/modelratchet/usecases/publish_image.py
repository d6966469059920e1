"""Brings the image of a promoted version to a registry: built, audited and tried first, signed and tagged last. `ratchet publish` calls it.

Every step can be done again, and what is there already is not done again: an image counts as published when this key signed it and said of it that
it holds this bundle. So a kill at any point leaves at worst an image that nobody was told of, and the next call goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from modelratchet.core.certificate import Certificate
from modelratchet.core.digests import digest_value
from modelratchet.core.dsse import Statement
from modelratchet.core.image_names import Edition
from modelratchet.core.image_statements import (
    BILL_TYPE,
    IMAGE_TYPE,
    PROVENANCE_TYPE,
    BuildFacts,
    ImageRecord,
    bill_statement,
    image_record,
    image_statement,
    provenance_statement,
)
from modelratchet.core.moments import write_moment
from modelratchet.errors import DigestError, OutsideError
from modelratchet.usecases.check_image import Checked, Inspection, check_image
from modelratchet.usecases.image_attachments import is_signed, sign, state, statements
from modelratchet.usecases.image_contents import BUNDLE_LABEL, VERSION_LABEL, config_digest, labels_in
from modelratchet.usecases.name_images import Shelf, name_image
from modelratchet.usecases.ports.publishing import ByteSigner, ImagePusher, ImageRegistry, StoredManifest
from modelratchet.usecases.ports.serving import Image, Shipment

Outcome = Literal["published", "nothing to do", "checked"]
_PUSHES = 3
_NEEDED = {IMAGE_TYPE, PROVENANCE_TYPE, BILL_TYPE}


@dataclass(frozen=True)
class Release:
    """What is published. `certificate` is the promotion's, None where there was none.

    `builder` and `invocation` say who builds it, and `materials` of what, as `BuildFacts` has them.
    """

    shipment: Shipment
    edition: Edition
    certificate: Certificate | None
    builder: str
    invocation: str
    materials: Mapping[str, str]


@dataclass(frozen=True)
class Press:
    """What publishing talks to. `repository` is what the registry's images are called; without a `signer` nothing is signed or stated.

    `reigning` asks the ledger which version is champion now.
    """

    repository: str
    registry: ImageRegistry
    pusher: ImagePusher
    inspection: Inspection
    signer: ByteSigner | None
    reigning: Callable[[], str | None]
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Published:
    """What came of it. `checked` is None where nothing had to be built; `moved` are the tags that name another image than before."""

    outcome: Outcome
    digest: str
    tags: tuple[str, ...]
    moved: tuple[str, ...]
    checked: Checked | None


def publish_image(release: Release, press: Press, tell: Callable[[str], None]) -> Published:
    """Publish, or complete what is missing.

    Raises:
        RejectedError: audit or conformance suite said no; nothing was pushed.
        InputError, EvidenceError, OutsideError: it could not be built or tried, or the registry refuses, lies or does not answer.
    """
    tag = press.inspection.bench.packager.content_tag(release.shipment)
    tell(f"look for {press.repository}:{tag}")
    found, checked = press.registry.manifest(tag), None
    if found is None or not _is_published(release, press, found):
        found, checked = _made(release, press, tag, tell)
    is_certified = _certify(release, press, found.digest)
    tell("name it")
    shelf = Shelf(
        press.registry, tag, release.edition, press.reigning, lambda other: _is_published(release, press, other)
    )
    named = name_image(shelf, found)
    is_new = checked is not None or is_certified or bool(named.moved)
    return Published("published" if is_new else "nothing to do", named.digest, named.tags, named.moved, checked)


def _made(release: Release, press: Press, tag: str, tell: Callable[[str], None]) -> tuple[StoredManifest, Checked]:
    started_at = press.clock()
    checked = check_image(release.shipment, release.edition.version, press.inspection, tell)
    tell(f"push to {press.repository}:{tag}")
    pushed = _pushed(press, checked.image, tag)
    if press.signer is not None:
        tell("sign and attest")
        sign(press.registry, press.repository, pushed.digest, press.signer)
        said = _statements(release, press, checked, pushed.digest, started_at)
        state(press.registry, pushed.digest, said, press.signer)
    return pushed, checked


def _pushed(press: Press, image: Image, tag: str) -> StoredManifest:
    """Push it, and see that what was tried is what arrived: another publisher may name its own image with the same tag in the same engine."""
    for _ in range(_PUSHES):
        digest = press.pusher.push(image, tag)
        found = press.registry.manifest(digest)
        if found is None:
            raise OutsideError(
                f"{press.repository} has no {digest}, which was just pushed", hint="Run the same command again."
            )
        # an engine names an image by its configuration, which names all layers, or, with containerd, by its manifest
        if image.digest in (config_digest(found), digest):
            return found
    raise DigestError(
        f"{press.repository}:{tag} arrived as {digest}, which is not {image.digest}, the image that was tried"
    )


def _statements(
    release: Release, press: Press, checked: Checked, digest: str, started_at: datetime
) -> tuple[Statement, ...]:
    shipment, audit, bill = release.shipment, checked.audit, checked.parcel.bill
    record = ImageRecord(
        model=shipment.name,
        version=release.edition.version,
        bundle_digest=shipment.bundle.digest,
        commit=release.edition.commit,
        certificate=release.certificate,
        audited_by=audit.source,
        audited_as_of=audit.as_of or write_moment(started_at),
        n_packages=audit.n_packages,
        excepted=audit.excepted,
        n_checks=checked.tried.n_checks,
        bill_digest=digest_value(json.loads(bill)),
    )
    times = write_moment(started_at), write_moment(press.clock())
    materials = {**release.materials, **_base(checked.image)}
    facts = BuildFacts(release.builder, release.invocation, *times, materials)
    return (
        provenance_statement(press.repository, digest, record, facts),
        bill_statement(press.repository, digest, bill),
        image_statement(press.repository, digest, record),
    )


def _base(image: Image) -> dict[str, str]:
    name, colon, tag = image.base.rpartition(":")
    return (
        {f"pkg:docker/{name}@{tag}" if colon else f"pkg:docker/{tag}": image.base_digest} if image.base_digest else {}
    )


def _is_published(release: Release, press: Press, found: StoredManifest) -> bool:
    """Whether an image is this release's, and nothing is missing that publishing attaches."""
    bundle, version = release.shipment.bundle.digest, release.edition.version
    if press.signer is None:
        labels = labels_in(press.registry, found)
        return (labels.get(BUNDLE_LABEL), labels.get(VERSION_LABEL)) == (bundle, version)
    said = statements(press.registry, found.digest, press.signer)
    records = [image_record(item) for item in said if item.predicate_type == IMAGE_TYPE]
    is_ours = any((item.bundle_digest, item.version) == (bundle, version) for item in records)
    is_whole = {item.predicate_type for item in said} >= _NEEDED
    return is_ours and is_whole and is_signed(press.registry, found.digest, press.signer)


def _certify(release: Release, press: Press, digest: str) -> bool:
    """Attach the promotion's certificate where only one of an earlier event is: after a rollback, a renewal, or a promotion anew."""
    wanted = release.certificate
    if press.signer is None or wanted is None:
        return False
    said = statements(press.registry, digest, press.signer)
    records = [image_record(item) for item in said if item.predicate_type == IMAGE_TYPE]
    known = {item.certificate.event_digest for item in records if item.certificate}
    if wanted.event_digest in known:
        return False
    renewed = replace(records[-1], certificate=wanted)
    state(press.registry, digest, [image_statement(press.repository, digest, renewed)], press.signer)
    return True
