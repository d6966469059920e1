"""What has to hold for a promotion, as plain numbers. `params.yaml`, block `gate`, is where they are set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Claim(StrEnum):
    """What the candidate has to show on the primary metric: not worse by the margin, or better."""

    NON_INFERIOR = "non_inferior"
    SUPERIOR = "superior"


@dataclass(frozen=True)
class Policy:
    """The gate's limits. A limit that is None is not held.

    `margin`, `anchor_margin` and `slice_margin` are in the primary metric's unit, `guards` maps further metrics to margins in theirs;
    `floors` maps a metric to the worst value that may be promoted, in the metric's own direction. `alpha` is the chance, over all candidates that
    one holdout (or one anchor) ever sees, of promoting any that is worse by the margin; `slice_alpha` the chance of blaming any
    slice of a harmless candidate; `power` the chance with which an equal candidate should pass, for the rows that are needed. Shares, errors
    and gaps are 0 to 1.
    """

    FORMAT: ClassVar[str] = "modelratchet/policy"
    VERSION: ClassVar[int] = 2
    OLDEST: ClassVar[int] = 2

    primary: str
    claim: Claim
    margin: float
    anchor_margin: float
    guards: dict[str, float]
    floors: dict[str, float]
    alpha: float
    power: float
    slice_margin: float
    slice_alpha: float
    minimum_slice_rows: int
    maximum_changed_labels: int
    maximum_parity_share: float
    maximum_latency_ratio: float
    maximum_p50_ms: float | None
    maximum_p95_ms: float | None
    maximum_bundle_mb: float | None
    maximum_memory_mb: float | None
    maximum_start_s: float | None
    maximum_calibration_error: float | None
    maximum_churn: float | None
    maximum_group_gap: float | None
    requires_model_tests: bool
