"""Block `evaluate` of `params.yaml`: what is measured on the holdout."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from modelratchet.config.metric_names import refuse_unknown_metrics
from modelratchet.config.settings import ColumnNames, Settings


class Evaluate(Settings):
    """What is measured on the holdout."""

    primary: str = Field(description="the metric that the gate holds against the champion")
    confidence: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.95
    resamples: Annotated[int, Field(ge=100, le=20_000)] = 1000
    slices: ColumnNames = Field((), description="categorical columns whose categories are looked at one by one")
    groups: ColumnNames = Field((), description="categorical or kept columns whose categories are to be treated alike")
    calibration_bins: Annotated[int, Field(ge=2, le=100)] = 15

    @field_validator("primary")
    @classmethod
    def _is_metric(cls, name: str) -> str:
        refuse_unknown_metrics([name])
        return name


class Blocks(Settings):
    """What the tests of the model read of params.yaml: the metric that `score` measures."""

    evaluate: Evaluate
