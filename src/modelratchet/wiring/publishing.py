"""What `ratchet publish` needs, put together: the promotion, the registry of images, the keys, and the facts of the job that runs it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from modelratchet.config.environment import IMAGE_REPOSITORY_VARIABLE
from modelratchet.core.certificate import Certificate, certificate_of
from modelratchet.core.image_names import Edition, Repository, parse_repository
from modelratchet.errors import ConfigError, InputError, OutsideError
from modelratchet.storage.files import digest_file
from modelratchet.usecases.check_image import Inspection, check_image
from modelratchet.usecases.find_promotion import promotion_of
from modelratchet.usecases.package_bundle import Workbench
from modelratchet.usecases.publish_image import Press, Published, Release, publish_image
from modelratchet.wiring.auditing import auditor
from modelratchet.wiring.choosing import choose, deployment_of
from modelratchet.wiring.ledger import reader
from modelratchet.wiring.packaging import shipment_of, write_bill
from modelratchet.wiring.registry import source_control
from modelratchet.wiring.signing import signing_key, signing_password

if TYPE_CHECKING:
    from modelratchet.adapters.ecdsa_keys import EcdsaSigner
    from modelratchet.usecases.choose_bundle import Chosen

_LOCK_SECONDS = 3600
_SERVING_LOCK = Path("requirements-serving.lock")
_BY_HAND = "urn:modelratchet:by-hand"


@dataclass(frozen=True)
class Order:
    """What a person asked for; None where it was left to the environment. `is_dry` stops before anything is pushed."""

    name: str
    repository: str | None
    key: Path | None
    is_unsigned: bool
    is_unpromoted: bool
    is_dry: bool
    advisories: Path | None
    exemptions: Path | None


@dataclass(frozen=True)
class Delivery:
    """What came of it. `bill` is where the bill of materials lies, None where nothing was built."""

    model: str
    edition: Edition
    role: str
    repository: str
    published: Published
    bill: Path | None


def publish(order: Order, tell: Callable[[str], None]) -> Delivery:
    """Publish a version, or complete what is missing of it; one at a time on this machine.

    Raises:
        RejectedError: it is not promoted, or audit or conformance suite said no.
        InputError: there is no such version, key, or repository that lets us in.
        EvidenceError: bundle, ledger or registry cannot be believed.
        OutsideError: engine, a registry or the source of advisories failed.
    """
    repository, key = None if order.is_dry else _repository(order), _key(order)
    tell("find the version and its promotion")
    chosen = _chosen(order.name)
    certificate = None if order.is_unpromoted else _certificate(chosen)
    release = _release(chosen, certificate, key)
    try:
        with FileLock(_lock(), timeout=_LOCK_SECONDS):
            published = _published(release, order, repository, tell)
    except Timeout as error:
        raise OutsideError("another `ratchet publish` on this machine takes more than an hour") from error
    bill = write_bill(published.checked.parcel) if published.checked else None
    named = str(repository or "")
    return Delivery(release.shipment.name, release.edition, chosen.role, named, published, bill)


def _published(release: Release, order: Order, repository: Repository | None, tell: Callable[[str], None]) -> Published:
    inspection = _inspection(order)
    if repository is None:
        checked = check_image(release.shipment, release.edition.version, inspection, tell)
        return Published("checked", "", (), (), checked)
    from modelratchet.adapters.docker_image_pusher import DockerImagePusher
    from modelratchet.adapters.oci_registry import OciRegistry

    press = Press(
        repository=str(repository),
        registry=OciRegistry(repository),
        pusher=DockerImagePusher(repository),
        inspection=inspection,
        signer=_signer(_key(order)),
        reigning=lambda: reader().history(release.shipment.name).state.champion.version,
        clock=lambda: datetime.now(UTC),
    )
    return publish_image(release, press, tell)


def _lock() -> Path:
    """Folder, bento store and engine are used by one publisher at a time; who has others of all three is kept apart by the registry's tags."""
    return Path(tempfile.gettempdir()) / f"ratchet-publish-{os.getuid()}.lock"


def _inspection(order: Order) -> Inspection:
    from modelratchet.adapters.bentoml_packager import BentomlPackager
    from modelratchet.adapters.cyclonedx_bill_writer import CyclonedxBillWriter
    from modelratchet.adapters.docker_image_builder import DockerImageBuilder
    from modelratchet.wiring.trying import ConformanceTrial

    bench = Workbench(BentomlPackager(Path.cwd()), DockerImageBuilder(), CyclonedxBillWriter())
    return Inspection(bench, auditor(order.advisories, order.exemptions), ConformanceTrial())


def _repository(order: Order) -> Repository:
    named = order.repository or os.environ.get(IMAGE_REPOSITORY_VARIABLE)
    if not named:
        raise ConfigError(
            IMAGE_REPOSITORY_VARIABLE, ["it is not set, and --to is not given; expected ghcr.io/owner/name"]
        )
    return parse_repository(named)


def _key(order: Order) -> Path | None:
    key = None if order.is_unsigned else signing_key(order.key)
    if key is None and not order.is_unsigned and not order.is_dry:
        raise ConfigError(
            "RATCHET_SIGNING_KEY",
            ["it is not set, and --sign is not given"],
            hint="`--unsigned` publishes an image that nobody can check.",
        )
    return key


def _signer(key: Path | None) -> EcdsaSigner | None:
    from modelratchet.adapters.ecdsa_keys import EcdsaSigner

    return EcdsaSigner(key, signing_password()) if key else None


def _chosen(name: str) -> Chosen:
    if name != "champion" and not (name.isascii() and name.isdigit()):
        raise InputError(f"found {name!r}, expected champion, or the number of a version")
    return choose(name)


def _certificate(chosen: Chosen) -> Certificate:
    history = reader().history(chosen.bundle.schema.model)
    return certificate_of(promotion_of(history, chosen.version, datetime.now(UTC)), chosen.bundle.manifest)


def _release(chosen: Chosen, certificate: Certificate | None, key: Path | None) -> Release:
    deployment = deployment_of(chosen)
    builder, invocation = _builder()
    return Release(
        shipment=shipment_of(chosen, deployment, key),
        edition=Edition(deployment.version, deployment.bundle, deployment.commit),
        certificate=certificate,
        builder=builder,
        invocation=invocation,
        materials=_materials(deployment.bundle),
    )


def _builder() -> tuple[str, str]:
    """Who builds, and in which run: the workflow on GitHub, or a person.

    Source: docs.github.com, "Default environment variables".
    """
    given = os.environ
    if given.get("GITHUB_ACTIONS") != "true":
        return _BY_HAND, ""
    server = given.get("GITHUB_SERVER_URL", "https://github.com")
    run = f"{server}/{given.get('GITHUB_REPOSITORY', '')}/actions/runs/{given.get('GITHUB_RUN_ID', '')}"
    return f"{server}/{given.get('GITHUB_WORKFLOW_REF', '')}", f"{run}/attempts/{given.get('GITHUB_RUN_ATTEMPT', '1')}"


def _materials(bundle: str) -> dict[str, str]:
    """What the image is made of, but for its base: the bundle, the locked packages, and the commit, if that is what is checked out.

    It is signed: of sources that differ from their commit no commit is told.
    """
    revision = source_control().revision()
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    sources = f"git+{server}/{name}" if server and name else "git+file:."
    locked = {str(_SERVING_LOCK): digest_file(_SERVING_LOCK)} if _SERVING_LOCK.is_file() else {}
    known = {sources: f"gitCommit:{revision.commit}"} if revision.is_dirty is False else {}
    return {"urn:modelratchet:bundle": bundle, **locked, **known}
