"""Block `latency` of `params.yaml`: how candidate and champion are timed; and the one key of `gate` that says how finely."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from modelratchet.config.settings import Positive, Settings


class Latency(Settings):
    """How candidate and champion are timed in turns."""

    rows_per_call: Positive = 1
    calls: Annotated[int, Field(ge=400, le=200_000)] = Field(2000, description="calls of each model to start with")
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = Field(
        15.0, description="measure longer, up to this, while the machine is too noisy to tell"
    )
    server: bool = Field(True, description="time requests through the real server too, its memory and its start")


LatencyRatio = Annotated[float, Field(gt=1.0)]
DEFAULT_LATENCY_RATIO = 1.05


class LatencyLimit(Settings):
    """What the block `gate` says of the timing: how small a difference it has to tell."""

    model_config = ConfigDict(extra="ignore")

    maximum_latency_ratio: LatencyRatio = DEFAULT_LATENCY_RATIO
