"""Metrics of chosen labels, from confusion counts under any integer weights of the rows. Called by `modeling.metrics` and `modeling.curves`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LABEL_METRICS = ("accuracy", "macro_f1")


class ConfusionKernel:
    """Accuracy and macro F1 as functions of row weights.

    Macro F1 is the mean over the classes that the weighted rows hold or the model answered there, as scikit-learn's
    `f1_score(average="macro", zero_division=0)` has it for the rows repeated.
    """

    def __init__(self, truth: IntArray, labels: IntArray, n_classes: int, names: tuple[str, ...]) -> None:
        """Name the cell of each row.

        Args:
            truth: indices of the true classes, `(n_rows,)`.
            labels: indices of the answered classes, `(n_rows,)`.
            n_classes: how many classes there are.
            names: which of `LABEL_METRICS` to compute, in this order.
        """
        self.names = names
        self._truth, self._labels, self._n_classes = truth, labels, n_classes
        self._cells = truth * n_classes + labels

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`."""
        table = self.table(counts)
        compute = {"accuracy": _accuracy, "macro_f1": _macro_f1}
        return np.column_stack([compute[name](table) for name in self.names])

    def table(self, counts: FloatArray) -> FloatArray:
        """Weighted confusion counts `(n_batch, n_classes, n_classes)`, truth first."""
        n_cells = self._n_classes**2
        offsets = np.arange(len(counts), dtype=np.int64)[:, None] * n_cells
        flat = np.bincount((self._cells + offsets).ravel(), weights=counts.ravel(), minlength=len(counts) * n_cells)
        return flat.reshape(len(counts), self._n_classes, self._n_classes)

    def influence(self) -> FloatArray:
        """How much each row moves each metric, times `n_rows`: `(n_rows, n_names)`, each column sums to 0."""
        table = self.table(np.ones((1, len(self._truth))))
        compute = {"accuracy": self._accuracy_influence, "macro_f1": self._macro_f1_influence}
        return np.column_stack([compute[name](table) for name in self.names])

    def _accuracy_influence(self, table: FloatArray) -> FloatArray:
        return (self._truth == self._labels) - _accuracy(table)[0]

    def _macro_f1_influence(self, table: FloatArray) -> FloatArray:
        f1, weight = _f1(table)
        f1, weight = np.nan_to_num(f1[0]), weight[0]
        is_right = self._truth == self._labels
        of_truth = (2.0 * is_right - f1[self._truth]) / weight[self._truth]
        of_label = f1[self._labels] / weight[self._labels]
        return (of_truth - of_label) * (len(self._truth) / np.count_nonzero(weight))


def _accuracy(table: FloatArray) -> FloatArray:
    right: FloatArray = np.trace(table, axis1=1, axis2=2)
    share: FloatArray = right / table.sum(axis=(1, 2))
    return share


def _macro_f1(table: FloatArray) -> FloatArray:
    f1, weight = _f1(table)
    mean: FloatArray = np.where(weight > 0, f1, 0.0).sum(axis=1) / (weight > 0).sum(axis=1)
    return mean


def _f1(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """F1 of each class (NaN where it is absent), and its true plus answered weight; both `(n_batch, n_classes)`."""
    weight = table.sum(axis=1) + table.sum(axis=2)
    f1 = np.full(weight.shape, np.nan)
    np.divide(2.0 * np.diagonal(table, axis1=1, axis2=2), weight, out=f1, where=weight > 0)
    return f1, weight
