"""Holds what is in an image, or in a lock, against known vulnerabilities. `ratchet audit` and `ratchet publish` call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modelratchet.core.advisories import Audit, Exemption, weigh
from modelratchet.usecases.ports.publishing import AdvisorySource
from modelratchet.usecases.ports.serving import Distribution


@dataclass(frozen=True)
class Auditor:
    """Whose advisories count, what a person let pass, and what day it is."""

    source: AdvisorySource
    exemptions: tuple[Exemption, ...]
    today: date


def audit_packages(packages: Sequence[Distribution], auditor: Auditor) -> Audit:
    """Audit the Python packages; those of the system are in the bill, and nobody is asked about them.

    Raises:
        EvidenceError: the advisories cannot be read.
        OutsideError: their source does not answer.
    """
    python = sorted({(item.name, item.version) for item in packages if item.kind == "pypi"})
    asked = [Distribution("pypi", name, version) for name, version in python]
    told = auditor.source.of(asked)
    return Audit(told.source, told.as_of, len(asked), weigh(told.found, auditor.exemptions, auditor.today))
