"""Bootstrap intervals of metrics, and of paired differences of metrics. Called by `modeling.evaluation` and `modeling.comparison`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelratchet.core.evidence import Difference, MetricValue
from modelratchet.core.metrics import METRICS, Direction
from modelratchet.core.statistics import FloatArray, Interval, acceleration_of, bca_interval, resample_counts
from modelratchet.modeling.metrics import PreparedMetrics

# An interval from only the resamples that have a value says nothing of the others; beyond this share it is not given.
MAXIMUM_UNDEFINED_SHARE = 0.05


@dataclass(frozen=True)
class Resampling:
    """How intervals are made. `seed` fixes every resample: the same rows and settings give the same numbers."""

    confidence: float
    n_resamples: int
    seed: int


def metric_values(prepared: PreparedMetrics, plan: Resampling) -> tuple[MetricValue | None, ...]:
    """Each prepared metric with its interval; None where it is not defined on these rows or on too many resamples."""
    estimates, influence = prepared.estimate(), prepared.influence
    if not np.isfinite(estimates).any():
        return (None,) * len(estimates)
    (resampled,) = resampled_values([prepared], plan)
    intervals = _intervals(resampled, estimates, influence(), plan.confidence)
    return tuple(
        MetricValue(name, METRICS[name].direction, float(value), interval.low, interval.high) if interval else None
        for name, value, interval in zip(prepared.names, estimates, intervals, strict=True)
    )


def differences(
    candidate: PreparedMetrics, champion: PreparedMetrics, plan: Resampling
) -> tuple[Difference | None, ...]:
    """Each metric's paired gain with its interval, both models under the same resamples; None where it is not defined.

    Source: Efron and Tibshirani (1993), section 8.3: what was measured on the same rows is resampled together.
    """
    signs = np.array([1.0 if METRICS[name].direction is Direction.HIGHER else -1.0 for name in candidate.names])
    ours, theirs = candidate.estimate(), champion.estimate()
    if not np.isfinite(ours - theirs).any():
        return (None,) * len(ours)
    resampled = resampled_values([candidate, champion], plan)
    gains = (ours - theirs) * signs
    influence = (candidate.influence() - champion.influence()) * signs
    intervals = _intervals((resampled[0] - resampled[1]) * signs, gains, influence, plan.confidence)
    return tuple(
        Difference(
            name, METRICS[name].direction, float(ours[i]), float(theirs[i]), float(gains[i]), found.low, found.high
        )
        if (found := intervals[i])
        else None
        for i, name in enumerate(candidate.names)
    )


def resampled_values(prepared: Sequence[PreparedMetrics], plan: Resampling) -> FloatArray:
    """Values under common resamples, `(n_models, n_resamples, n_names)`."""
    batches = resample_counts(prepared[0].n_rows, plan.n_resamples, (plan.seed,))
    values = [[one.values(counts) for one in prepared] for counts in batches]
    return np.stack([np.concatenate([batch[i] for batch in values]) for i in range(len(prepared))])


def _intervals(
    resampled: FloatArray, estimates: FloatArray, influence: FloatArray, confidence: float
) -> list[Interval | None]:
    return [
        _interval(resampled[:, column], float(estimate), influence[:, column], confidence)
        for column, estimate in enumerate(estimates)
    ]


def _interval(resampled: FloatArray, estimate: float, influence: FloatArray, confidence: float) -> Interval | None:
    if not np.isfinite(estimate) or np.isnan(resampled).all():
        return None
    interval = bca_interval(resampled, estimate, acceleration_of(influence), confidence)
    return interval if interval.undefined_share <= MAXIMUM_UNDEFINED_SHARE else None
