"""How far probabilities are from the shares that come true. Called by `modeling.evaluation`."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from modelratchet.core.evaluation import Calibration
from modelratchet.core.statistics import FloatArray, IntArray, resample_counts
from modelratchet.core.tasks import Task
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.scores import Scores

# a bin's share of fewer rows is mostly noise
MINIMUM_BIN_ROWS = 20


def calibration_of(truth: IntArray, scores: Scores, n_bins: int, plan: Resampling) -> Calibration:
    """Expected calibration error: the mean over rows of how far their bin's mean probability is from its share of hits.

    Binary: the positive class's probability, and whether it was the positive class. Multiclass: the chosen class's, and whether that was right.
    Bins hold equally many rows, at least 20; rows of one probability share a bin.

    The error is never negative, so noise alone makes a calibrated model look off, and each resample adds the same noise once more:
    percentiles of resampled errors lie above the true one of a calibrated model. So the lower end takes away all that the
    noise can add: by the triangle inequality the errors differ by no more than the sum over bins of the noise's size. The upper end adds
    the resampled errors' spread to an estimate that is too high already. Both ends err towards saying less.

    Args:
        truth: indices of the true classes, `(n_rows,)`.
        scores: a classifier's answers for these rows.
        n_bins: at most so many bins.
        plan: how intervals are made.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015 (the error); Nguyen and
    O'Connor, "Posterior calibration and exploratory analysis", EMNLP 2015 (bins of equal mass); Kumar, Liang and Ma,
    "Verified uncertainty calibration", NeurIPS 2019 (the bias).
    """
    probabilities, is_hit = _claimed(truth, scores)
    bins = _equal_mass_bins(probabilities, max(1, min(n_bins, len(truth) // MINIMUM_BIN_ROWS)))
    n_used = int(bins.max()) + 1
    gaps = sparse.csr_array((probabilities - is_hit, (bins, np.arange(len(bins)))), shape=(n_used, len(bins)))
    found = np.asarray(gaps.sum(axis=1)) / len(bins)
    resampled = _resampled_gaps(gaps, plan)
    errors, noise = np.abs(resampled).sum(axis=1), np.abs(resampled - found).sum(axis=1)
    error, tail = float(np.abs(found).sum()), (1.0 + plan.confidence) / 2.0
    low = max(0.0, error - float(np.quantile(noise, tail)))
    high = min(1.0, error + max(0.0, float(np.quantile(errors, tail) - errors.mean())))
    return Calibration(n_used, error, low, high)


def _claimed(truth: IntArray, scores: Scores) -> tuple[FloatArray, FloatArray]:
    if scores.task is Task.BINARY:
        return scores.probabilities[:, 1].astype(np.float64), (truth == 1).astype(np.float64)
    chosen = scores.probabilities[np.arange(len(truth)), scores.labels]
    return chosen.astype(np.float64), (scores.labels == truth).astype(np.float64)


def _equal_mass_bins(values: FloatArray, n_bins: int) -> IntArray:
    """Each row's bin, from 0 without gaps: where the middle of its group of equal values falls among all rows."""
    _, groups, sizes = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(sizes) - (sizes + 1) / 2.0
    bins = (middles * n_bins / len(values)).astype(np.int64)
    return np.unique(bins, return_inverse=True)[1][groups]


def _resampled_gaps(gaps: sparse.csr_array, plan: Resampling) -> FloatArray:
    """Mean gap of each bin under resamples of the rows, `(n_resamples, n_bins)`."""
    n_rows = gaps.shape[1]
    batches = resample_counts(n_rows, plan.n_resamples, (plan.seed,))
    return np.concatenate([np.asarray(gaps @ np.ascontiguousarray(counts.T)).T for counts in batches]) / n_rows
