"""What has to hold for a promotion, as plain numbers. `params.yaml`, block `gate`, is where they are set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Policy:
    """The gate's limits.

    `margin` and `slice_margin` are in the primary metric's unit; shares are 0 to 1; `floors` maps a metric to the worst
    value that may be promoted, in the metric's own direction. A limit that is None is not held.
    """

    FORMAT: ClassVar[str] = "modelratchet/policy"
    VERSION: ClassVar[int] = 1

    primary: str
    margin: float
    slice_margin: float
    minimum_slice_rows: int
    maximum_changed_labels: int
    maximum_parity_share: float
    maximum_latency_ratio: float
    maximum_latency_ms: float | None
    floors: dict[str, float]
