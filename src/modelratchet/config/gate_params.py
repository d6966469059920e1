"""The block `gate` of `params.yaml`: what has to hold for a promotion. Part of `config.params`; `config.policies` makes the gate's policy of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from modelratchet.config.latency import DEFAULT_LATENCY_RATIO, LatencyRatio
from modelratchet.config.metric_names import refuse_unknown_metrics
from modelratchet.config.settings import Limit, Positive, Settings, Share
from modelratchet.core.policy import Claim


class Gate(Settings):
    """What has to hold for a promotion. Only the `decide` stage reads it: an edit retrains nothing."""

    claim: Claim = Field(Claim.NON_INFERIOR, strict=False, description="what is to be shown on the primary metric")
    margin: Annotated[float, Field(ge=0.0)] = Field(
        description="the primary metric may be this much worse than the champion's"
    )
    anchor_margin: Annotated[float, Field(ge=0.0)] | None = Field(
        None,
        description="the same against the anchor, so that small losses cannot add up; default 1.5 times the margin",
    )
    guards: dict[str, Annotated[float, Field(gt=0.0)]] = Field(
        default_factory=dict, description="further metrics that may not be worse than the champion's by more than this"
    )
    floors: dict[str, float] = Field(default_factory=dict, description="metric: the worst value that may be promoted")
    alpha: Annotated[float, Field(gt=0.0, lt=0.5)] = Field(
        0.05,
        description="chance of ever promoting a candidate that is worse by the margin, over all that one holdout sees",
    )
    power: Annotated[float, Field(gt=0.5, lt=1.0)] = Field(
        0.9, description="chance with which an equal candidate should pass; sets the rows that are needed"
    )
    slice_margin: Annotated[float, Field(ge=0.0)] = Field(description="a slice that is worse by less is let pass")
    slice_alpha: Annotated[float, Field(gt=0.0, lt=0.5)] = Field(
        0.05, description="chance of blaming any slice of a harmless candidate"
    )
    minimum_slice_rows: Positive = 200
    maximum_changed_labels: Annotated[int, Field(ge=0)] = Field(
        0, description="rows on which ONNX may answer another label"
    )
    maximum_parity_share: Share = Field(
        0.0, description="share of rows whose scores may differ by more than the tolerance"
    )
    maximum_latency_ratio: LatencyRatio = Field(
        DEFAULT_LATENCY_RATIO, description="candidate's p50 and p95 over the champion's; 1 cannot be told from noise"
    )
    maximum_p50_ms: Limit = Field(None, description="budget of the median time in process")
    maximum_p95_ms: Limit = Field(None, description="budget of the 95th percentile in process")
    maximum_bundle_mb: Limit = Field(None, description="budget of the bundle's files, in 10^6 bytes")
    maximum_memory_mb: Limit = Field(None, description="budget of the server's memory, in 10^6 bytes")
    maximum_start_s: Limit = Field(None, description="budget from start to first answer of the server")
    maximum_calibration_error: Share | None = Field(None, description="expected calibration error")
    maximum_churn: Share | None = Field(None, description="share of rows answered otherwise than by the champion")
    maximum_group_gap: Share | None = Field(None, description="largest difference between groups' rates")
    requires_model_tests: bool = Field(False, description="no test in tests/model is inconclusive, not just said")

    @field_validator("floors", "guards", mode="before")
    @classmethod
    def _are_metrics(cls, limits: Any) -> Any:
        if isinstance(limits, dict):
            refuse_unknown_metrics(limits)
        return limits
