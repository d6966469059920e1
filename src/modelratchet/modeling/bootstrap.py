"""Bootstrap intervals of metrics. Called by `modeling.evaluation`; paired differences are in `modeling.paired`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelratchet.core.evaluation import MetricValue
from modelratchet.core.metrics import METRICS
from modelratchet.core.statistics import (
    MAXIMUM_UNDEFINED_SHARE,
    FloatArray,
    acceleration_of,
    bca_interval,
    resample_counts,
    wilson_interval,
)
from modelratchet.modeling.metrics import PreparedMetrics


@dataclass(frozen=True)
class Resampling:
    """How intervals are made. `seed` fixes every resample: the same rows and settings give the same numbers."""

    confidence: float
    n_resamples: int
    seed: int


def metric_values(prepared: PreparedMetrics, plan: Resampling) -> tuple[MetricValue | None, ...]:
    """Each prepared metric with its interval; None where it is not defined on these rows or on too many resamples.

    BCa intervals: on small samples they hold macro F1 and RMSE better than percentiles do (benchmarks/intervals.py).
    """
    estimates = prepared.estimate()
    if not np.isfinite(estimates).any():
        return (None,) * len(estimates)
    (resampled,), influence = resampled_values([prepared], plan), prepared.influence()
    return tuple(
        _metric_value(prepared.n_rows, name, float(estimates[i]), _Resampled(resampled[:, i], influence[:, i]), plan)
        for i, name in enumerate(prepared.names)
    )


def resampled_values(prepared: Sequence[PreparedMetrics], plan: Resampling) -> FloatArray:
    """Values under common resamples, `(n_models, n_resamples, n_names)`; NaN where a resample has no value."""
    batches = resample_counts(prepared[0].n_rows, plan.n_resamples, (plan.seed,))
    values = [[one.values(counts) for one in prepared] for counts in batches]
    return np.stack([np.concatenate([batch[i] for batch in values]) for i in range(len(prepared))])


@dataclass(frozen=True)
class _Resampled:
    """One metric's values `(n_resamples,)` and each row's influence on it `(n_rows,)`."""

    values: FloatArray
    influence: FloatArray


def _metric_value(
    n_rows: int, name: str, estimate: float, resampled: _Resampled, plan: Resampling
) -> MetricValue | None:
    if not _is_defined(estimate, resampled.values):
        return None
    interval = bca_interval(resampled.values, estimate, acceleration_of(resampled.influence), plan.confidence)
    low, high = interval.low, interval.high
    if name == "accuracy" and estimate in (0.0, 1.0):
        # every resample of rows that are all right is all right: that interval would claim certainty
        low, high = wilson_interval(round(estimate * n_rows), n_rows, plan.confidence)
    return MetricValue(name, METRICS[name].direction, estimate, low, high)


def _is_defined(estimate: float, resampled: FloatArray) -> bool:
    return bool(np.isfinite(estimate) and np.isnan(resampled).mean() <= MAXIMUM_UNDEFINED_SHARE)
