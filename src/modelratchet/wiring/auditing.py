"""Joins the audit to a source of advisories, `audit.yaml` and the clock. `ratchet audit` and `ratchet publish` call it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from modelratchet.config.environment import ADVISORIES_VARIABLE
from modelratchet.config.exemptions import load_exemptions
from modelratchet.core.advisories import Audit
from modelratchet.errors import ConfigError
from modelratchet.storage.locks import read_packages
from modelratchet.usecases.audit_packages import Auditor, audit_packages
from modelratchet.usecases.ports.publishing import AdvisorySource
from modelratchet.usecases.ports.serving import Distribution

LOCKS = (Path("requirements-serving.lock"),)


def auditor(advisories: Path | None, exemptions: Path | None) -> Auditor:
    """Who audits: by saved records where they are named, by OSV's service otherwise.

    Args:
        advisories: a folder or a zip of OSV records; None for what RATCHET_ADVISORIES names.
        exemptions: None for `audit.yaml`, if it is there.

    Raises:
        ConfigError: what is named is not there, or has faults.
    """
    return Auditor(_source(advisories), load_exemptions(exemptions), datetime.now(UTC).date())


def audited(paths: Sequence[Path], advisories: Path | None, exemptions: Path | None) -> Audit:
    """Audit what locks or bills of materials name; without one, what goes into the image."""
    named = [package for path in paths or LOCKS for package in read_packages(path)]
    return audit_packages([Distribution("pypi", *package) for package in named], auditor(advisories, exemptions))


def _source(advisories: Path | None) -> AdvisorySource:
    named = advisories or os.environ.get(ADVISORIES_VARIABLE)
    from modelratchet.adapters.osv_advisories import OsvAdvisories, OsvService

    if not named:
        return OsvService()
    path = Path(named)
    if not path.exists():
        source = "--advisories" if advisories else ADVISORIES_VARIABLE
        raise ConfigError(source, [f"{path} is not there; expected a folder or a zip of OSV records"])
    return OsvAdvisories(path)
