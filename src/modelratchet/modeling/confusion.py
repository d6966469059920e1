"""Metrics of chosen labels under any whole weights of the rows. Called by `modeling.metrics`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LABEL_METRICS = ("accuracy", "macro_f1")


class ConfusionKernel:
    """Accuracy and macro F1 as functions of row weights.

    Macro F1 is the mean over the classes that the weighted rows hold or the model answered there, as scikit-learn's
    `f1_score(average="macro", zero_division=0)` has it for the rows repeated.
    """

    def __init__(self, truth: IntArray, labels: IntArray, n_classes: int, names: tuple[str, ...]) -> None:
        """Note which class sums each row adds to.

        Args:
            truth: indices of the true classes, `(n_rows,)`.
            labels: indices of the answered classes, `(n_rows,)`.
            n_classes: how many classes there are.
            names: which of `LABEL_METRICS` to compute, in this order.
        """
        self.names = names
        self._truth, self._labels, self._n_classes = truth, labels, n_classes
        self._right = truth == labels
        right = np.flatnonzero(self._right)
        rows = np.concatenate([right, np.arange(len(truth)), np.arange(len(truth))])
        sums = np.concatenate([truth[right], n_classes + truth, n_classes + labels])
        # sums only, never the table of all cells: with a thousand classes that is a million a resample
        self._adds_to = sparse.csr_array((np.ones(len(rows)), (sums, rows)), shape=(2 * n_classes, len(truth)))

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`."""
        hits, weight = self._sums(counts)
        found = {
            "accuracy": hits.sum(axis=1) / (weight.sum(axis=1) / 2.0),
            "macro_f1": _f1(hits, weight).sum(axis=1) / (weight > 0).sum(axis=1),
        }
        return np.column_stack([found[name] for name in self.names])

    def influence(self) -> FloatArray:
        """How much each row moves each metric, times `n_rows`: `(n_rows, n_names)`, each column sums to 0."""
        hits, weight = self._sums(np.ones((1, len(self._truth))))
        f1, weight = _f1(hits, weight)[0], weight[0]
        of_truth = (2.0 * self._right - f1[self._truth]) / weight[self._truth]
        of_label = f1[self._labels] / weight[self._labels]
        found = {
            "accuracy": self._right - self._right.mean(),
            "macro_f1": (of_truth - of_label) * (len(self._truth) / np.count_nonzero(weight)),
        }
        return np.column_stack([found[name] for name in self.names])

    def _sums(self, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weight of each class's right answers, and its true plus its answered weight; both `(n_batch, n_classes)`."""
        sums = np.asarray(self._adds_to @ np.ascontiguousarray(counts.T)).T
        return sums[:, : self._n_classes], sums[:, self._n_classes :]


def _f1(hits: FloatArray, weight: FloatArray) -> FloatArray:
    """F1 of each class, 0 where it is absent, `(n_batch, n_classes)`."""
    f1 = np.zeros(weight.shape)
    np.divide(2.0 * hits, weight, out=f1, where=weight > 0)
    return f1
