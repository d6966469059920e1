"""Metrics of a binary score's order, under any integer weights of the rows, ties exact. Called by `modeling.metrics`.

Rows are sorted once; after that a resample costs two running sums. Sums of whole numbers stay exact in float64 up to some 10**8 rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RANKING_METRICS = ("roc_auc", "average_precision")


@dataclass(frozen=True)
class _Steps:
    """Weights from the highest score down, at each group of equal scores that holds a positive row.

    `(n_batch, n_groups)`, whole numbers: `hits` and `total` count down to the group's end, `new_hits` and `before` (all rows) the group
    itself and what is above it. `positives` and `negatives` are the sums, `(n_batch,)`. Other groups add nothing to either metric.
    """

    hits: FloatArray
    new_hits: FloatArray
    total: FloatArray
    before: FloatArray
    positives: FloatArray
    negatives: FloatArray


class RankingKernel:
    """ROC AUC and average precision as functions of row weights; NaN where a class has no weight."""

    def __init__(self, is_positive: NDArray[np.bool_], score: FloatArray, names: tuple[str, ...]) -> None:
        """Sort the rows.

        Args:
            is_positive: `(n_rows,)`.
            score: `(n_rows,)`, higher means more likely positive; no NaN.
            names: which of `RANKING_METRICS` to compute, in this order.
        """
        self.names = names
        self._order = np.argsort(-score, kind="stable")
        self._positive = is_positive[self._order]
        self._group = np.concatenate([[0], np.cumsum(np.diff(score[self._order]) != 0)])
        self._hit_groups = np.unique(self._group[self._positive])
        self._hit_order = self._order[self._positive]
        self._hit_ends = np.searchsorted(self._group[self._positive], self._hit_groups, side="right") - 1
        self._ends = np.searchsorted(self._group, self._hit_groups, side="right") - 1
        self._starts = np.searchsorted(self._group, self._hit_groups, side="left")

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under whole weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`."""
        steps = self._steps(counts)
        compute = {"roc_auc": _roc_auc, "average_precision": _average_precision}
        return np.column_stack([compute[name](steps) for name in self.names])

    def influence(self) -> FloatArray:
        """How much each row moves each metric, times `n_rows`: `(n_rows, n_names)`, each column sums to 0; all 0 with one class only.

        Source: for the AUC the placement values of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); for average precision the
        derivative of its weighted form.
        """
        steps = self._steps(np.ones((1, len(self._order))))
        compute = {"roc_auc": self._roc_auc_influence, "average_precision": self._average_precision_influence}
        result = np.zeros((len(self._order), len(self.names)))
        if steps.positives[0] == 0.0 or steps.negatives[0] == 0.0:
            return result
        for column, name in enumerate(self.names):
            result[self._order, column] = compute[name](steps) * len(self._order)
        return result

    def _steps(self, counts: FloatArray) -> _Steps:
        running = np.cumsum(np.take(counts, self._order, axis=1), axis=1)
        running_hits = np.cumsum(np.take(counts, self._hit_order, axis=1), axis=1)
        hits = np.take(running_hits, self._hit_ends, axis=1)
        # the first group may start at row 0, before which there is nothing: -1 would wrap around to the total
        before = np.where(self._starts > 0, np.take(running, np.maximum(self._starts - 1, 0), axis=1), 0.0)
        positives = hits[:, -1] if hits.shape[1] else np.zeros(len(counts))
        return _Steps(
            hits=hits,
            new_hits=np.diff(hits, axis=1, prepend=0.0),
            total=np.take(running, self._ends, axis=1),
            before=before,
            positives=positives,
            negatives=running[:, -1] - positives,
        )

    def _roc_auc_influence(self, steps: _Steps) -> FloatArray:
        area, positives, negatives = float(_roc_auc(steps)[0]), steps.positives[0], steps.negatives[0]
        hits = np.cumsum(self._positive)
        sizes = np.bincount(self._group)
        ends = np.cumsum(sizes) - 1
        hits, false_alarms = hits[ends], (ends + 1) - hits[ends]
        beaten = 1.0 - (false_alarms - np.diff(false_alarms, prepend=0) / 2.0) / negatives
        above = (hits - np.diff(hits, prepend=0) / 2.0) / positives
        of_positive, of_negative = (beaten - area) / positives, (above - area) / negatives
        influence: FloatArray = np.where(self._positive, of_positive[self._group], of_negative[self._group])
        return influence

    def _average_precision_influence(self, steps: _Steps) -> FloatArray:
        average, hits, total, new = (
            float(_average_precision(steps)[0]),
            steps.hits[0],
            steps.total[0],
            steps.new_hits[0],
        )
        # rows of a group and below it share the effect of the hit groups from there down
        first = np.searchsorted(self._hit_groups, self._group)
        raised, lowered = (
            np.append(np.cumsum((new * part / total**2)[::-1])[::-1], 0.0)[first] for part in (total - hits, hits)
        )
        precision = np.append(hits / total, 0.0)[first]
        influence: FloatArray = np.where(self._positive, precision + raised - average, -lowered) / steps.positives[0]
        return influence


def _roc_auc(steps: _Steps) -> FloatArray:
    """Area under the trapezoids: whole numbers up to the one division, so ties and weights are exact."""
    # false alarms above the group plus those down to its end: each tied pair counts half
    doubled = steps.before + steps.total
    doubled -= 2.0 * steps.hits
    doubled += steps.new_hits
    lost = np.einsum("ij,ij->i", steps.new_hits, doubled)
    pairs = 2.0 * steps.positives * steps.negatives
    return _ratio(pairs - lost, pairs)


def _average_precision(steps: _Steps) -> FloatArray:
    # a group without weight has no precision, and no new hits either
    precision = steps.hits / np.maximum(steps.total, 1.0)
    return _ratio(np.einsum("ij,ij->i", steps.new_hits, precision), steps.positives)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    result = np.full(len(denominator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
