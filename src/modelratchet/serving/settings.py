"""How a server is set up: read from the environment once, at its start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class ServingSettings:
    """What the server needs to know beside the bundle; `version` is how answers name the model."""

    bundle: Path
    version: str = "0"
    host: str = "127.0.0.1"
    port: int = 3000
    maximum_rows: int = 10_000
    maximum_body_bytes: int = 16_777_216
    deadline_seconds: float = 10.0
    unseen_categories: Literal["allow", "refuse"] = "allow"
    out_of_range: Literal["allow", "refuse"] = "allow"
    health_route: str = ""
    predict_route: str = ""


def read_settings() -> ServingSettings:
    """The settings of this process."""
    bundle = Path(os.environ.get("RATCHET_BUNDLE", Path(__file__).parents[2] / "bundle"))
    return ServingSettings(bundle, port=int(os.environ.get("RATCHET_PORT", "3000")))
