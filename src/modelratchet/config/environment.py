"""What modelratchet takes from, and puts into, the environment of its processes."""

from __future__ import annotations

import os
from collections.abc import Mapping

JOURNAL_VARIABLE = "RATCHET_JOURNAL"
"""Names the file that the stages of one `ratchet run` append to."""

SIGNING_KEY_VARIABLE = "RATCHET_SIGNING_KEY"
"""The private key that bundles, certificates and images are signed with: a PEM file's name, or the PEM itself, as a secret of a CI system is."""

SIGNING_PASSWORD_VARIABLE = "RATCHET_SIGNING_PASSWORD"  # noqa: S105 - the name, not the word
"""Holds that key's password, where it has one."""

VERIFY_KEY_VARIABLE = "RATCHET_VERIFY_KEY"
"""The public key that signatures are checked with: a PEM file's name, or the PEM itself."""

IMAGE_REPOSITORY_VARIABLE = "RATCHET_IMAGE_REPOSITORY"
"""Says where images go, as ghcr.io/owner/name."""

ADVISORIES_VARIABLE = "RATCHET_ADVISORIES"
"""Names a folder or a zip of OSV records that audits go by; without it PyPI is asked."""

STANDING_VARIABLE = "RATCHET_STANDING"
"""Names the folder of an exported standing, which is asked in place of the registry; nothing is recorded then."""

TELEMETRY_OFF: Mapping[str, str] = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "true",
    "DVC_NO_ANALYTICS": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def switch_telemetry_off() -> None:
    """Set the opt-outs of every library we run, for this process and its children."""
    os.environ.update(TELEMETRY_OFF)
