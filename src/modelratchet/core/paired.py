"""Intervals and p-values of a paired difference, at whatever level is asked. Called by `core.rules`, the page and the benchmarks.

score      Tango's score test; exact McNemar where the hypothesis is no difference at all
delong     normal, with DeLong's standard error
cluster    Student's t with one degree of freedom less than there are clusters
bootstrap  the stored quantiles; beyond them the normal tail, or the last quantile where that claims less

All tests are one-sided. A bound and a p-value say the same: `lower_bound(d, alpha) > gain` where `p_not_above(d, gain) < alpha`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace

from scipy.special import bdtrc, ndtr, ndtri, stdtr, stdtrit

from modelratchet.core import tango
from modelratchet.core.comparison import Difference, Method, Quantile


@dataclass(frozen=True)
class Bounds:
    """An interval of the gain."""

    low: float
    high: float


def interval(difference: Difference, confidence: float) -> Bounds:
    """The two-sided interval: both one-sided bounds at half of what is not confidence."""
    alpha = (1.0 - confidence) / 2.0
    return Bounds(lower_bound(difference, alpha), upper_bound(difference, alpha))


def lower_bound(difference: Difference, alpha: float) -> float:
    """The largest gain that the test at level `alpha`, 0 to 0.5, excludes everything below of."""
    return _LOWER_BOUNDS[difference.method](difference, alpha)


def upper_bound(difference: Difference, alpha: float) -> float:
    """The same from above."""
    return -lower_bound(mirrored(difference), alpha)


def p_not_above(difference: Difference, gain: float) -> float:
    """How likely a gain as good as the measured one is, when the true one is `gain` or worse."""
    return _P_VALUES[difference.method](difference, gain)


def p_superior(difference: Difference) -> float:
    """How likely a gain this good is when the candidate is no better.

    Source: for accuracy the exact test of McNemar, Psychometrika 12 (1947): of the rows that only one gets right, half are won.
    """
    if difference.method is not Method.SCORE:
        return p_not_above(difference, 0.0)
    won, lost = _counts(difference)
    return float(bdtrc(won - 1, won + lost, 0.5)) if won else 1.0


def p_harm(difference: Difference) -> float:
    """How likely a loss this bad is when the candidate is no worse."""
    return p_superior(mirrored(difference))


def mirrored(difference: Difference) -> Difference:
    """The same rows with candidate and reference exchanged; twice mirrored is the difference itself."""
    return replace(
        difference,
        candidate=difference.reference,
        reference=difference.candidate,
        gain=-difference.gain,
        won=difference.lost,
        lost=difference.won,
        quantiles=tuple(Quantile(1.0 - item.level, -item.gain) for item in reversed(difference.quantiles)),
    )


def _counts(difference: Difference) -> tuple[int, int]:
    assert difference.won is not None
    assert difference.lost is not None
    return difference.won, difference.lost


def _score_bound(difference: Difference, alpha: float) -> float:
    return tango.lower_bound(*_counts(difference), difference.n_rows, alpha)


def _score_p(difference: Difference, gain: float) -> float:
    return float(ndtr(-tango.score(*_counts(difference), difference.n_rows, gain)))


def _normal_bound(difference: Difference, alpha: float) -> float:
    return difference.gain + float(ndtri(alpha)) * difference.standard_error


def _normal_p(difference: Difference, gain: float) -> float:
    return float(ndtr(_standardised(difference, gain)))


def _cluster_bound(difference: Difference, alpha: float) -> float:
    return difference.gain + float(stdtrit(_freedom(difference), alpha)) * difference.standard_error


def _cluster_p(difference: Difference, gain: float) -> float:
    return float(stdtr(_freedom(difference), _standardised(difference, gain)))


def _freedom(difference: Difference) -> int:
    assert difference.n_clusters is not None
    return difference.n_clusters - 1


def _standardised(difference: Difference, gain: float) -> float:
    """Where `gain` lies, in standard errors above the measured gain."""
    distance = gain - difference.gain
    if difference.standard_error > 0.0:
        return distance / difference.standard_error
    return math.copysign(math.inf, distance) if distance else 0.0


def _bootstrap_bound(difference: Difference, alpha: float) -> float:
    normal = _normal_bound(difference, alpha)
    levels = [item.level for item in difference.quantiles]
    gains = [item.gain for item in difference.quantiles]
    if not levels:
        return normal
    if alpha < levels[0]:
        return min(gains[0], normal)
    if alpha >= levels[-1]:
        return max(gains[-1], normal)
    after = bisect_right(levels, alpha)
    way = _way(ndtri(alpha), ndtri(levels[after - 1]), ndtri(levels[after]))
    return gains[after - 1] + way * (gains[after] - gains[after - 1])


def _bootstrap_p(difference: Difference, gain: float) -> float:
    normal = _normal_p(difference, gain)
    levels = [item.level for item in difference.quantiles]
    gains = [item.gain for item in difference.quantiles]
    if not levels:
        return normal
    if gain < gains[0]:
        return min(levels[0], normal)
    if gain >= gains[-1]:
        return max(levels[-1], normal)
    after = bisect_right(gains, gain)
    way = _way(gain, gains[after - 1], gains[after])
    z_before, z_after = float(ndtri(levels[after - 1])), float(ndtri(levels[after]))
    return float(ndtr(z_before + way * (z_after - z_before)))


def _way(value: float, start: float, end: float) -> float:
    return float((value - start) / (end - start))


_LOWER_BOUNDS: dict[Method, Callable[[Difference, float], float]] = {
    Method.SCORE: _score_bound,
    Method.DELONG: _normal_bound,
    Method.BOOTSTRAP: _bootstrap_bound,
    Method.CLUSTER: _cluster_bound,
}
_P_VALUES: dict[Method, Callable[[Difference, float], float]] = {
    Method.SCORE: _score_p,
    Method.DELONG: _normal_p,
    Method.BOOTSTRAP: _bootstrap_p,
    Method.CLUSTER: _cluster_p,
}
