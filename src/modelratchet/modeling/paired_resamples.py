"""How two models' gains vary under common resamples of the rows. Called by `modeling.paired`.

Three ways, all of the same bootstrap: a gain that is a mean over rows needs one weighted mean for both models; one that depends on the labels
alone is resampled by drawing how often each triple of truth and both answers occurs, of which there are few; the others are
evaluated for both models under the same counts. Average precision, which is slow that way, is a mean of its rows' influence once there are
many rows of both classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from modelratchet.core.comparison import Quantile
from modelratchet.core.metrics import METRICS, Direction
from modelratchet.core.statistics import FloatArray, resample_counts
from modelratchet.modeling.confusion import ConfusionKernel
from modelratchet.modeling.metrics import PreparedMetrics, Truth, prepare
from modelratchet.modeling.scores import Scores

_MEANS = ("log_loss", "brier", "mae")
_OF_LABELS = ("macro_f1",)

LINEAR_FROM = 2000
"""Rows of the rarer class from which average precision is taken for linear in the rows' weights: on such rows the exact and the linear gain
correlate by 0.998 over resamples, and their standard errors agree to 0.3 %."""

MOST_QUANTILES = 61
FEWEST_BEYOND = 10
"""Resamples that have to lie beyond a quantile for it to be kept: further out it is mostly chance."""

# elements of one batch of drawn triples
_BATCH_ELEMENTS = 1 << 21


@dataclass(frozen=True)
class Pair:
    """Both models' answers to the same rows, and the metrics asked. Arrays over metrics are `(n_names,)`."""

    truth: Truth
    candidate: Scores
    reference: Scores
    names: tuple[str, ...]

    @cached_property
    def prepared(self) -> tuple[PreparedMetrics, PreparedMetrics]:
        """Candidate and reference, prepared."""
        return prepare(self.truth, self.candidate, self.names), prepare(self.truth, self.reference, self.names)

    @cached_property
    def estimates(self) -> FloatArray:
        """The metrics of candidate and reference, `(2, n_names)`."""
        return np.stack([one.estimate() for one in self.prepared])

    @property
    def gains(self) -> FloatArray:
        """Positive where the candidate is better."""
        return self.signed(self.estimates[0], self.estimates[1])

    @cached_property
    def influence(self) -> FloatArray:
        """How much each row moves each gain, times `n_rows`: `(n_rows, n_names)`, columns sum to 0."""
        ours, theirs = (one.influence() for one in self.prepared)
        return self.signed(ours, theirs)

    def signed(self, ours: FloatArray, theirs: FloatArray) -> FloatArray:
        """Differences, turned so that more is better, along the last axis."""
        signs = np.array([1.0 if METRICS[name].direction is Direction.HIGHER else -1.0 for name in self.names])
        # the zero at the end makes a gain of nothing 0.0 in reports, not -0.0
        gains: FloatArray = (ours - theirs) * signs + 0.0
        return gains


def resampled_gains(pair: Pair, n_resamples: int, seed: int) -> FloatArray:
    """The pair's gains under `n_resamples` resamples, `(n_resamples, n_names)`; NaN where one has no value."""
    gains = np.empty((n_resamples, len(pair.names)))
    of_labels = [name for name in pair.names if name in _OF_LABELS]
    linear = [name for name in pair.names if _is_linear(pair, name)]
    others = [name for name in pair.names if name not in of_labels + linear]
    if of_labels:
        gains[:, _columns(pair, of_labels)] = _of_triples(_asking(pair, of_labels), n_resamples, seed)
    evaluators = [
        (_columns(pair, names), evaluator(_asking(pair, names)))
        for names, evaluator in ((linear, _linear), (others, _exact))
        if names
    ]
    start = 0
    for counts in resample_counts(len(pair.truth), n_resamples, (seed,)) if evaluators else ():
        rows = slice(start, start := start + len(counts))
        for columns, evaluate in evaluators:
            gains[rows, columns] = evaluate(counts)
    return gains


def quantiles_of(gains: FloatArray) -> tuple[Quantile, ...]:
    """Quantiles of one metric's resampled gains `(n_resamples,)`, evenly spaced on the normal scale, as far out as they are no mere chance."""
    defined = gains[~np.isnan(gains)]
    outermost = float(ndtri(min(FEWEST_BEYOND / len(defined), 0.25)))
    levels = ndtr(np.linspace(outermost, -outermost, MOST_QUANTILES))
    # interpolation may round a step of nothing down
    values = np.maximum.accumulate(np.quantile(defined, levels))
    return tuple(Quantile(float(level), float(value)) for level, value in zip(levels, values, strict=True))


def _columns(pair: Pair, names: Sequence[str]) -> list[int]:
    return [pair.names.index(name) for name in names]


def _asking(pair: Pair, names: Sequence[str]) -> Pair:
    return replace(pair, names=tuple(names))


def _is_linear(pair: Pair, name: str) -> bool:
    if name == "average_precision":
        n_positive = np.count_nonzero(pair.truth == 1)
        return bool(min(n_positive, len(pair.truth) - n_positive) >= LINEAR_FROM)
    return name in _MEANS


def _linear(pair: Pair) -> Callable[[FloatArray], FloatArray]:
    """The influence is what each row adds to a mean, so with the gain back on top the weighted mean is exact."""
    columns = np.ascontiguousarray((pair.influence + pair.gains).T)

    def evaluate(counts: FloatArray) -> FloatArray:
        # no matrix product: BLAS shares so small a one out over threads that wait for each other, a hundred times as long on a busy machine
        sums = [np.einsum("ij,j->i", counts, column) for column in columns]
        return np.column_stack(sums) / counts.sum(axis=1, keepdims=True)

    return evaluate


def _exact(pair: Pair) -> Callable[[FloatArray], FloatArray]:
    ours, theirs = pair.prepared
    return lambda counts: pair.signed(ours.values(counts), theirs.values(counts))


def _of_triples(pair: Pair, n_resamples: int, seed: int) -> FloatArray:
    """Gains that depend on labels alone: how often each triple is drawn is multinomial, rows or no rows."""
    triples = np.column_stack([pair.truth.astype(np.int64), pair.candidate.labels, pair.reference.labels])
    cells, sizes = np.unique(triples, axis=0, return_counts=True)
    n_classes = pair.candidate.probabilities.shape[1]
    kernels = [ConfusionKernel(cells[:, 0], cells[:, model], n_classes, pair.names) for model in (1, 2)]
    generator = np.random.default_rng([seed, len(cells)])
    size = max(1, _BATCH_ELEMENTS // max(len(cells), n_classes))
    found = []
    for start in range(0, n_resamples, size):
        counts = generator.multinomial(sizes.sum(), sizes / sizes.sum(), min(size, n_resamples - start))
        ours, theirs = (kernel.values(counts.astype(np.float64)) for kernel in kernels)
        found.append(pair.signed(ours, theirs))
    return np.concatenate(found)
