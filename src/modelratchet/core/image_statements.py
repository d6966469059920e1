"""What is said, and signed, of a published image: which bundle it holds by which promotion, how it was built, what is in it.

Made by `usecases.publish_image`, read by `usecases.verify_image`. Each is an in-toto statement about the image's digest.

Source: SLSA provenance v1.0 (https://slsa.dev/provenance/v1); CycloneDX predicate (https://cyclonedx.org/bom); containers/image,
containers-signature(5), "JSON data format"; cosign, specs/SIGNATURE_SPEC.md, "Simple Signing".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from modelratchet.core.certificate import Certificate, certificate_document, read_certificate_document
from modelratchet.core.digests import PREFIX, canonical_json
from modelratchet.core.dsse import Statement
from modelratchet.core.formats import as_written, from_document, to_document, version_of
from modelratchet.errors import EvidenceError

IMAGE_TYPE = "urn:modelratchet:image:v1"
PROVENANCE_TYPE = "https://slsa.dev/provenance/v1"
BILL_TYPE = "https://cyclonedx.org/bom"
BUILD_TYPE = "urn:modelratchet:publish:v1"
SIGNATURE_TYPE = "cosign container image signature"


@dataclass(frozen=True)
class ImageRecord:
    """What an image holds, and what was asked of it before it was pushed.

    `certificate` is the promotion's, None where it was published without one. `audited_by` names the source of advisories and `audited_as_of` how
    recent they were; `excepted` are the advisories that a person let pass; `n_checks` conformance checks were passed. `bill_digest` is that of
    the bill of materials, which is attached too. Version 2 holds the certificate as a whole document, version 1 held its fields.
    """

    FORMAT: ClassVar[str] = "modelratchet/image"
    VERSION: ClassVar[int] = 2

    model: str
    version: str
    bundle_digest: str
    commit: str
    certificate: Certificate | None
    audited_by: str
    audited_as_of: str
    n_packages: int
    excepted: tuple[str, ...]
    n_checks: int
    bill_digest: str


@dataclass(frozen=True)
class BuildFacts:
    """Who built an image, when, and of what. `materials` maps addresses to digests, each with its algorithm in front.

    `builder` names what is trusted to have built it, `invocation` the one run of it, empty where it has no address.
    """

    builder: str
    invocation: str
    started_at: str
    finished_at: str
    materials: Mapping[str, str]


def image_statement(name: str, digest: str, record: ImageRecord) -> Statement:
    """That an image holds a bundle."""
    document = to_document(replace(record, certificate=None))
    certificate = record.certificate and certificate_document(record.certificate)
    return Statement(name, digest, IMAGE_TYPE, {**document, "certificate": certificate})


def image_record(statement: Statement) -> ImageRecord:
    """Read what `image_statement` said.

    Raises:
        EvidenceError: it says something else.
    """
    if statement.predicate_type != IMAGE_TYPE:
        raise EvidenceError(f"found a statement of the kind {statement.predicate_type!r}, expected {IMAGE_TYPE}")
    source, document = "the statement about the image", statement.predicate
    version = version_of(ImageRecord, document, source)
    record = from_document(ImageRecord, {**document, "certificate": None}, source)
    found = document.get("certificate")
    if version == 1 and isinstance(found, dict):
        found = {"format": Certificate.FORMAT, "format_version": 1, **found}
    certificate = None if found is None else read_certificate_document(found, source)
    return as_written(replace(record, certificate=certificate), document)


def bill_statement(name: str, digest: str, bill: bytes) -> Statement:
    """What is in an image: the whole CycloneDX document."""
    return Statement(name, digest, BILL_TYPE, json.loads(bill))


def provenance_statement(name: str, digest: str, record: ImageRecord, facts: BuildFacts) -> Statement:
    """How an image was built."""
    materials = [_material(address, found) for address, found in sorted(facts.materials.items())]
    metadata = {"startedOn": facts.started_at, "finishedOn": facts.finished_at}
    if facts.invocation:
        metadata["invocationId"] = facts.invocation
    bill = {"name": "bill.cdx.json", "digest": {"sha256": record.bill_digest.removeprefix(PREFIX)}}
    definition = {
        "buildType": BUILD_TYPE,
        "externalParameters": {"model": record.model, "version": record.version, "bundle": record.bundle_digest},
        "resolvedDependencies": materials,
    }
    run = {"builder": {"id": facts.builder}, "metadata": metadata, "byproducts": [bill]}
    return Statement(name, digest, PROVENANCE_TYPE, {"buildDefinition": definition, "runDetails": run})


def _material(address: str, digest: str) -> dict[str, Any]:
    algorithm, _, found = digest.partition(":")
    return {"uri": address, "digest": {algorithm: found}}


def simple_signing(repository: str, digest: str) -> bytes:
    """The text that an image's signature is made of. It names the repository without a tag: tags move."""
    critical = {
        "identity": {"docker-reference": repository},
        "image": {"docker-manifest-digest": digest},
        "type": SIGNATURE_TYPE,
    }
    return canonical_json({"critical": critical, "optional": None})


def simply_signed(payload: bytes) -> tuple[str, str]:
    """Repository and digest that a signature speaks of.

    Raises:
        EvidenceError: it is no signature of an image.
    """
    try:
        critical = json.loads(payload)["critical"]
        if critical["type"] != SIGNATURE_TYPE:
            raise ValueError(f"its type is {critical['type']!r}")  # noqa: TRY301 - one way out for all that is wrong
        return str(critical["identity"]["docker-reference"]), str(critical["image"]["docker-manifest-digest"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"what was signed names no image: {error or type(error).__name__}") from error
