"""Builds an image and finds out whether it may leave this machine: nothing known to be vulnerable in it, and every protocol answered.

`ratchet publish` calls it before anything is pushed, and alone for `--dry-run`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.core.advisories import Audit
from modelratchet.errors import OutsideError, RejectedError
from modelratchet.usecases.audit_packages import Auditor, audit_packages
from modelratchet.usecases.package_bundle import Parcel, Workbench, package_bundle
from modelratchet.usecases.ports.publishing import ImageTrial, Tried
from modelratchet.usecases.ports.serving import Image, Shipment

_TOLD = 5


@dataclass(frozen=True)
class Inspection:
    """What builds, audits and tries."""

    bench: Workbench
    auditor: Auditor
    trial: ImageTrial


@dataclass(frozen=True)
class Checked:
    """An image that passed, what the audit found, and what it was asked."""

    parcel: Parcel
    image: Image
    audit: Audit
    tried: Tried


def check_image(shipment: Shipment, version: str, inspection: Inspection, tell: Callable[[str], None]) -> Checked:
    """Build, audit and try; nothing leaves this machine.

    Raises:
        RejectedError: the audit, or a check of the conformance suite, says no.
        InputError, EvidenceError, OutsideError: it could not be built, audited or tried.
    """
    tell("build bento and image")
    parcel = package_bundle(shipment, version, inspection.bench)
    if parcel.image is None:
        raise OutsideError(
            "there is no image without a Docker engine", hint="`docker info` says what is wrong with it."
        )
    tell("audit what is in it")
    audit = audit_packages(parcel.contents, inspection.auditor)
    require_passed(audit)
    tell("try it: conformance suite against a container")
    tried = inspection.trial.tried(parcel.image)
    if tried.failures:
        told = "; ".join(tried.failures[:_TOLD])
        raise RejectedError(
            f"{len(tried.failures)} of {tried.n_checks} conformance checks failed, nothing is published: {told}",
            hint="`ratchet serve`, then `ratchet conformance URL`, shows them all.",
        )
    return Checked(parcel, parcel.image, audit, tried)


def require_passed(audit: Audit) -> None:
    """Stop where something known, that could be mended, was not.

    Raises:
        RejectedError: with each of them.
    """
    if not audit.failures:
        return
    told = [
        f"{item.advisory.package} {item.advisory.version}: {item.advisory.name}, {item.why}" for item in audit.failures
    ]
    raise RejectedError(
        f"the audit failed: {'; '.join(told)}",
        hint="Move the lock on (`make lock`), or except it in audit.yaml with a reason and an end.",
    )
