"""What modelratchet takes from, and puts into, the environment of its processes."""

from __future__ import annotations

import os
from collections.abc import Mapping

JOURNAL_VARIABLE = "RATCHET_JOURNAL"
"""Names the file that the stages of one `ratchet run` append to."""

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
