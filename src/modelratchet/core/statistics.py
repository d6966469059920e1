"""Intervals from resampled values, and the resamples themselves.

Pure: randomness comes in as a seed or a `numpy.random.Generator`. Called by `modeling.evaluation`, `modeling.comparison`,
`modeling.latency` and the benchmarks that check coverage. What counts as good is not decided here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# elements of one batch of counts: larger batches leave the cache, smaller ones pay Python's overhead per call
_BATCH_ELEMENTS = 1 << 17

MAXIMUM_UNDEFINED_SHARE = 0.05
"""An interval from only the resamples that have a value says nothing of the others; beyond this share of them it is not given."""


@dataclass(frozen=True)
class Interval:
    """A two-sided interval, and how many of its resamples had no value (one class only, say) and were left out."""

    low: float
    high: float
    n_resamples: int
    n_undefined: int


def resample_counts(n_rows: int, n_resamples: int, seed: Sequence[int]) -> Iterator[FloatArray]:
    """Draw rows with replacement and count how often each was drawn.

    Yields:
        Batches of whole numbers `(n_batch, n_rows)`, together `n_resamples` rows of them; each sums to `n_rows` along axis 1. The
        same arguments give the same counts, on any machine.

    Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979), section 2.
    """
    generator = np.random.default_rng(list(seed))
    size = max(1, _BATCH_ELEMENTS // n_rows)
    for start in range(0, n_resamples, size):
        n_batch = min(size, n_resamples - start)
        drawn = generator.integers(0, n_rows, size=(n_batch, n_rows), dtype=np.int64)
        if n_batch > 1:
            drawn += np.arange(n_batch, dtype=np.int64)[:, None] * n_rows
        yield np.bincount(drawn.ravel(), minlength=n_batch * n_rows).reshape(n_batch, n_rows).astype(np.float64)


def percentile_interval(resampled: FloatArray, confidence: float) -> Interval:
    """Take the quantiles of the resampled values.

    Args:
        resampled: `(n_resamples,)`; NaN where a resample had no value. At least one is a number.
        confidence: share, 0 to 1 exclusive.

    Source: Efron and Tibshirani, "An introduction to the bootstrap" (1993), chapter 13.
    """
    tail = (1.0 - confidence) / 2.0
    return _interval_at(resampled, tail, 1.0 - tail)


def bca_interval(resampled: FloatArray, estimate: float, acceleration: float, confidence: float) -> Interval:
    """Quantiles of the resampled values, moved for bias and for a spread that depends on the value.

    With a median of the resamples equal to the estimate and no acceleration it equals the percentile interval. On small
    or lopsided slices its coverage is nearer to what it promises (benchmarks/intervals.py measures both).

    Args:
        resampled: `(n_resamples,)`; NaN where a resample had no value. At least one is a number.
        estimate: the value on the rows themselves.
        acceleration: from `acceleration_of`.
        confidence: share, 0 to 1 exclusive.

    Source: Efron, "Better bootstrap confidence intervals", JASA 82 (1987), equations 2.3 and 6.6.
    """
    defined = resampled[~np.isnan(resampled)]
    below = (np.count_nonzero(defined < estimate) + 0.5 * np.count_nonzero(defined == estimate)) / len(defined)
    # an estimate outside all resamples would give an infinite shift: half a resample is the finest that can be told
    finest = 0.5 / len(defined)
    shift = float(ndtri(min(max(below, finest), 1.0 - finest)))
    tail = (1.0 - confidence) / 2.0
    low, high = (_moved(quantile, shift, acceleration) for quantile in (tail, 1.0 - tail))
    return _interval_at(resampled, low, high)


def acceleration_of(influence: FloatArray) -> float:
    """How fast the standard error changes with the value, from the influence of each row; 0 where no row has any.

    Source: Efron (1987), equation 6.6.
    """
    squares = float(np.sum(influence**2))
    return float(np.sum(influence**3)) / (6.0 * squares**1.5) if squares > 0.0 else 0.0


def wilson_interval(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """Interval of a share that stays sensible near 0 and 1.

    Source: Wilson, "Probable inference", JASA 22 (1927); recommended by Brown, Cai and DasGupta, Statistical Science
    16 (2001).
    """
    z = float(ndtri((1.0 + confidence) / 2.0))
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2.0) / (1.0 + spread)
    half = z * math.sqrt(share * (1.0 - share) / trials + spread / (4.0 * trials)) / (1.0 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def _moved(quantile: float, shift: float, acceleration: float) -> float:
    z = shift + float(ndtri(quantile))
    return float(ndtr(shift + z / (1.0 - acceleration * z)))


def _interval_at(resampled: FloatArray, low: float, high: float) -> Interval:
    defined = resampled[~np.isnan(resampled)]
    bounds = np.quantile(defined, [low, high])
    return Interval(float(bounds[0]), float(bounds[1]), len(resampled), len(resampled) - len(defined))
