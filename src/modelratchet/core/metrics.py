"""Names of the metrics, and which way is better. How they are computed is in `modeling.metrics`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.core.tasks import Task


class Direction(StrEnum):
    """Which way a metric improves. A field, never a sign: values are stored as they are read."""

    HIGHER = "higher"
    LOWER = "lower"

    def gain(self, candidate: float, champion: float) -> float:
        """How much better the candidate is; negative when it is worse.

        >>> Direction.LOWER.gain(candidate=0.2, champion=0.5)
        0.3
        """
        return candidate - champion if self is Direction.HIGHER else champion - candidate


@dataclass(frozen=True)
class Metric:
    """A metric that can be asked for in `params.yaml`. Its values lie from `lowest` to `highest`, infinities where nothing bounds them."""

    name: str
    direction: Direction
    tasks: tuple[Task, ...]
    lowest: float = 0.0
    highest: float = math.inf


_CLASSIFICATION = (Task.BINARY, Task.MULTICLASS)

METRICS = {
    metric.name: metric
    for metric in (
        Metric("roc_auc", Direction.HIGHER, (Task.BINARY,), highest=1.0),
        Metric("average_precision", Direction.HIGHER, (Task.BINARY,), highest=1.0),
        Metric("accuracy", Direction.HIGHER, _CLASSIFICATION, highest=1.0),
        Metric("macro_f1", Direction.HIGHER, _CLASSIFICATION, highest=1.0),
        Metric("log_loss", Direction.LOWER, _CLASSIFICATION),
        Metric("brier", Direction.LOWER, _CLASSIFICATION, highest=2.0),
        Metric("rmse", Direction.LOWER, (Task.REGRESSION,)),
        Metric("mae", Direction.LOWER, (Task.REGRESSION,)),
        Metric("r2", Direction.HIGHER, (Task.REGRESSION,), lowest=-math.inf, highest=1.0),
    )
}


def metrics_for(task: Task) -> tuple[Metric, ...]:
    """All metrics that make sense for a task, in a stable order."""
    return tuple(metric for metric in METRICS.values() if task in metric.tasks)
