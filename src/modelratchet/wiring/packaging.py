"""What `ratchet package` needs, put together: the bundle that was asked for, its signature, labels, and where the bill lies."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import encode, to_document
from modelratchet.core.moments import write_moment
from modelratchet.core.reports import report_bytes
from modelratchet.serving.settings import DEPLOYMENT_FILE, SIGNATURE_FILE, Deployment
from modelratchet.storage.bundles import Bundle, write_bundle
from modelratchet.storage.files import write_bytes
from modelratchet.usecases.package_bundle import Parcel, Workbench, package_bundle
from modelratchet.usecases.ports.serving import Shipment
from modelratchet.wiring.choosing import (
    CANDIDATE,
    choose,
    choose_champion_or_candidate,
    commit_of_candidate,
    deployment_of,
)
from modelratchet.wiring.signing import signing_password

if TYPE_CHECKING:
    from modelratchet.usecases.choose_bundle import Chosen

BILLS = Path("build/bills")


@dataclass(frozen=True)
class Order:
    """What a person asked for. No name: the champion, or the candidate where nobody reigns. No key: the bundle is not signed."""

    name: str | None
    wants_image: bool
    key: Path | None


@dataclass(frozen=True)
class Delivered:
    """What was made of which bundle, and where its bill lies. `without_image` says why there is none; empty where there is one."""

    chosen: Chosen
    deployment: Deployment
    parcel: Parcel
    bill: Path
    without_image: str


def package(order: Order) -> Delivered:
    """Build bento and image of a bundle, after checking its digests.

    Raises:
        InputError: there is no such bundle, or nothing to package with in this folder.
        EvidenceError: the bundle is not there, or was changed.
        OutsideError: registry, BentoML or engine failed.
    """
    from modelratchet.adapters.bentoml_packager import BentomlPackager
    from modelratchet.adapters.cyclonedx_bill_writer import CyclonedxBillWriter
    from modelratchet.adapters.docker_image_builder import DockerImageBuilder

    chosen = choose(order.name) if order.name else choose_champion_or_candidate()
    if chosen.role == CANDIDATE:
        chosen = replace(chosen, commit=commit_of_candidate(chosen))
    deployment, images = deployment_of(chosen), DockerImageBuilder()
    without = "" if order.wants_image else "it was not asked for"
    if not without and not images.is_there():
        without = "no Docker engine answers"
    bench = Workbench(BentomlPackager(Path.cwd()), None if without else images, CyclonedxBillWriter())
    parcel = package_bundle(shipment_of(chosen, deployment, order.key), deployment.version, bench)
    return Delivered(chosen, deployment, parcel, write_bill(parcel), without)


def write_bill(parcel: Parcel) -> Path:
    """Keep the bill of materials where a person finds it."""
    path = BILLS / f"{parcel.packaged.tag.replace(':', '-')}.cdx.json"
    write_bytes(path, parcel.bill)
    return path


def shipment_of(chosen: Chosen, deployment: Deployment, key: Path | None) -> Shipment:
    """What is packaged of a bundle, signed where there is a key."""
    beside = {DEPLOYMENT_FILE: report_bytes(to_document(deployment))}
    if key is not None:
        beside[SIGNATURE_FILE] = _signature(chosen.bundle, key)
    settings = encode((deployment.policy, deployment.limits, deployment.log))
    labels = labels_of(deployment, datetime.now(UTC))
    return Shipment(deployment.name, chosen.bundle, beside, labels, digest_value({"settings": settings}))


def labels_of(deployment: Deployment, moment: datetime) -> dict[str, str]:
    """What the image says of itself; empty where nothing is known.

    Source: OCI image specification, annotations.
    """
    return {
        "org.opencontainers.image.title": deployment.name,
        "org.opencontainers.image.version": deployment.version,
        "org.opencontainers.image.revision": deployment.commit,
        "org.opencontainers.image.created": write_moment(moment),
        "modelratchet.model": deployment.name,
        "modelratchet.version": deployment.version,
        "modelratchet.bundle.digest": deployment.bundle,
    }


def _signature(bundle: Bundle, key: Path) -> bytes:
    from modelratchet.adapters.model_signing_signer import ModelSigningSigner

    with tempfile.TemporaryDirectory(prefix="ratchet-sign-") as name:
        folder = Path(name) / "bundle"
        write_bundle(bundle, folder)
        return ModelSigningSigner(key, signing_password()).sign(folder).read_bytes()
