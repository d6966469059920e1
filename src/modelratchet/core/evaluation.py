"""How a model does on the held-out rows. Written by the `evaluate` stage.

Shares are 0 to 1, intervals two-sided at the confidence that the record names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modelratchet.core.formats import added
from modelratchet.core.metrics import Direction
from modelratchet.core.tasks import Task


@dataclass(frozen=True)
class MetricValue:
    """A metric on the holdout with its bootstrap interval."""

    name: str
    direction: Direction
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SliceValue:
    """The primary metric on the holdout rows where `column` equals `category`.

    `metric` is None where the metric is not defined on these rows (one class only, say).
    """

    column: str
    category: str
    n_rows: int
    metric: MetricValue | None


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error of the positive (or the chosen) class's probability, with its bootstrap interval; shares, 0 to 1."""

    n_bins: int
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class GroupRate:
    """How often rows of one group are answered with the positive class (binary), or rightly (multiclass): `count` of `n_rows`."""

    column: str
    category: str
    n_rows: int
    count: int


@dataclass(frozen=True)
class Evaluation:
    """How the bundle's ONNX model does on the holdout.

    `calibration` is None for a regression; `groups` is empty unless `evaluate.groups` names columns.
    """

    FORMAT: ClassVar[str] = "modelratchet/evaluation"
    VERSION: ClassVar[int] = 3
    OLDEST: ClassVar[int] = 2

    task: Task
    bundle_digest: str
    holdout_digest: str
    n_rows: int
    confidence: float
    primary: str
    metrics: tuple[MetricValue, ...]
    slices: tuple[SliceValue, ...]
    calibration: Calibration | None
    groups: tuple[GroupRate, ...]
    model_digest: str | None = added(3)

    def metric(self, name: str) -> MetricValue | None:
        """The metric of that name, if it was measured."""
        return next((metric for metric in self.metrics if metric.name == name), None)
