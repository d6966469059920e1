"""Paired differences of two models' metrics on the same rows, as sufficient statistics. Called by `modeling.comparison`.

    accuracy      counts of the rows that one model alone gets right
    roc_auc       DeLong's standard error of the difference
    all others    quantiles of common resamples of the rows
    any metric, where rows belong together
                  standard error over whole clusters, from each row's influence

No interval is made here: at which level is the gate's business, and `core.paired` makes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from modelratchet.core.comparison import Difference, Method
from modelratchet.core.metrics import METRICS
from modelratchet.core.statistics import MAXIMUM_UNDEFINED_SHARE, IntArray
from modelratchet.modeling.metrics import Truth
from modelratchet.modeling.paired_resamples import Pair, quantiles_of, resampled_gains
from modelratchet.modeling.scores import Scores

Found = list[Difference | None]


@dataclass(frozen=True)
class PairedPlan:
    """How uncertainty is found. `seed` fixes every resample.

    `clusters` holds a code for each row, int64 `(n_rows,)`, equal for rows that belong together; None takes rows as independent.
    """

    n_resamples: int
    seed: int
    clusters: IntArray | None


def paired_differences(
    truth: Truth, candidate: Scores, reference: Scores, names: Sequence[str], plan: PairedPlan
) -> tuple[Difference | None, ...]:
    """The gain of the candidate over the reference in each metric.

    Args:
        truth: class indices int64 or numbers float64, `(n_rows,)`; see `modeling.frames`.
        candidate: its answers to these rows.
        reference: the other model's answers to them, its classes in the same order.
        names: metrics of `core.metrics` for the task.
        plan: resamples, seed and clusters; the clusters are of these rows.

    Returns:
        One for each name, in order. None where the rows do not define the metric for both models, or on too few resamples, or give
        no standard error (a single cluster, a class of a single row).

    Raises:
        DataError: no rows, or a metric that the task does not have.
        EvidenceError: a model answered NaN or an infinity.

    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); Efron and Tibshirani, "An introduction to the bootstrap" (1993), section
    8.3: what was measured on the same rows is resampled together. Over clusters each metric is linearised, as Obuchowski,
    Biometrics 53 (1997), does for the AUC.
    """
    methods: dict[Method, list[str]] = {}
    for name in names:
        methods.setdefault(_method(name, plan), []).append(name)
    found: dict[str, Difference | None] = {}
    for method, chosen in methods.items():
        pair = Pair(truth, candidate, reference, tuple(chosen))
        found |= zip(chosen, _MEASURES[method](pair, plan), strict=True)
    return tuple(found[name] for name in names)


def _method(name: str, plan: PairedPlan) -> Method:
    if plan.clusters is not None:
        return Method.CLUSTER
    return {"accuracy": Method.SCORE, "roc_auc": Method.DELONG}.get(name, Method.BOOTSTRAP)


def _by_counts(pair: Pair, _plan: PairedPlan) -> Found:
    (difference,) = _differences(pair, Method.SCORE)
    n_rows = difference.n_rows
    if n_rows < 2:
        return [None]
    squares = sum(_won_and_lost(pair)) - n_rows * difference.gain**2
    return [replace(difference, standard_error=_standard_error(squares, n_rows))]


def _by_placements(pair: Pair, _plan: PairedPlan) -> Found:
    is_positive = pair.truth == 1
    sizes = [int(np.count_nonzero(is_positive)), int(np.count_nonzero(~is_positive))]
    if min(sizes) < 2:
        return [None]
    squares = pair.influence[:, 0] ** 2
    # each class's placement values vary about their own mean, which takes one degree of freedom of each
    variance = sum(
        float(squares[rows].sum()) * size / (size - 1)
        for rows, size in zip((is_positive, ~is_positive), sizes, strict=True)
    )
    (difference,) = _differences(pair, Method.DELONG)
    return [replace(difference, standard_error=math.sqrt(variance) / difference.n_rows)]


def _by_resamples(pair: Pair, plan: PairedPlan) -> Found:
    if not np.isfinite(pair.gains).any():
        return [None] * len(pair.names)
    resampled = resampled_gains(pair, plan.n_resamples, plan.seed)
    found: Found = []
    for difference, gains in zip(_differences(pair, Method.BOOTSTRAP), resampled.T, strict=True):
        if not math.isfinite(difference.gain) or np.isnan(gains).mean() > MAXIMUM_UNDEFINED_SHARE:
            found.append(None)
            continue
        found.append(replace(difference, standard_error=float(np.nanstd(gains, ddof=1)), quantiles=quantiles_of(gains)))
    return found


def _by_clusters(pair: Pair, plan: PairedPlan) -> Found:
    assert plan.clusters is not None
    codes = np.unique(plan.clusters, return_inverse=True)[1]
    n_clusters = int(codes.max()) + 1
    found: Found = []
    for difference, influence in zip(_differences(pair, Method.CLUSTER), pair.influence.T, strict=True):
        if n_clusters < 2 or not math.isfinite(difference.gain):
            found.append(None)
            continue
        sums = np.bincount(codes, weights=influence) * n_clusters / difference.n_rows
        error = _standard_error(float(np.sum(sums**2)), n_clusters)
        found.append(replace(difference, standard_error=error, n_clusters=n_clusters))
    return found


def _differences(pair: Pair, method: Method) -> list[Difference]:
    """Each metric's record without its uncertainty; values may be NaN."""
    found = []
    for name, ours, theirs, gain in zip(pair.names, *pair.estimates, pair.gains, strict=True):
        won, lost = _won_and_lost(pair) if name == "accuracy" else (None, None)
        found.append(
            Difference(
                metric=name, direction=METRICS[name].direction, method=method, candidate=float(ours), reference=float(theirs), gain=float(gain),
                standard_error=math.nan, n_rows=len(pair.truth), n_clusters=None, won=won, lost=lost, quantiles=(),
            )
        )  # fmt: skip
    return found


def _won_and_lost(pair: Pair) -> tuple[int, int]:
    ours, theirs = pair.candidate.labels == pair.truth, pair.reference.labels == pair.truth
    return int(np.count_nonzero(ours & ~theirs)), int(np.count_nonzero(theirs & ~ours))


def _standard_error(squares: float, count: int) -> float:
    """Of the mean of `count` numbers, at least two, whose squared distances from it sum to `squares`."""
    return math.sqrt(max(squares, 0.0) / (count - 1) / count)


_MEASURES: dict[Method, Callable[[Pair, PairedPlan], Found]] = {
    Method.SCORE: _by_counts,
    Method.DELONG: _by_placements,
    Method.BOOTSTRAP: _by_resamples,
    Method.CLUSTER: _by_clusters,
}
