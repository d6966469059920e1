"""What a server that is started on this machine finds in its environment.

A server reads its settings there (`serving.settings`), and so do the platforms that people work on: a shell's PORT or
RATCHET_LOG_FOLDER must not change what the gate times, or have it write into the log of production.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.serving.settings import BUNDLE_VARIABLE, HOST_VARIABLE, PORT_VARIABLES

HOST = "127.0.0.1"
_SETTINGS = ("RATCHET_", "AIP_", "BENTOML_", "OTEL_")


def gate_environment(bundle: Path) -> dict[str, str]:
    """This process's, without all that a server could take for its settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_SETTINGS) and name not in PORT_VARIABLES
    }
    return {**inherited, **TELEMETRY_OFF, BUNDLE_VARIABLE: str(bundle.resolve()), HOST_VARIABLE: HOST}


def own_environment(chosen: Mapping[str, str]) -> dict[str, str]:
    """This process's, and what was chosen on the command line."""
    return {**os.environ, **TELEMETRY_OFF, **chosen}
