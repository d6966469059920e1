"""Metrics that are functions of weighted means over rows: probability losses and errors of numbers. Called by `modeling.metrics`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PROBABILITY_METRICS = ("log_loss", "brier")
NUMBER_METRICS = ("rmse", "mae", "r2")

# the graph answers in float32, so this is the smallest doubt it can express beside 1; scikit-learn clips there too
_SMALLEST = float(np.finfo(np.float32).eps)


class MeanKernel:
    """Weighted means of per-row losses."""

    def __init__(self, losses: FloatArray, names: tuple[str, ...]) -> None:
        """Keep the losses, `(n_rows, n_names)`."""
        self.names = names
        self._losses = np.asfortranarray(losses)

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`."""
        return _weighted_means(counts, self._losses)

    def influence(self) -> FloatArray:
        """How much each row moves each metric, times `n_rows`: `(n_rows, n_names)`."""
        influence: FloatArray = self._losses - self._losses.mean(axis=0)
        return influence


class NumberKernel:
    """Root mean squared error, mean absolute error and the coefficient of determination.

    R2 is NaN where the weighted truth is constant.
    """

    def __init__(self, truth: FloatArray, values: FloatArray, names: tuple[str, ...]) -> None:
        """Keep what the metrics are means of.

        Args:
            truth: `(n_rows,)`.
            values: the model's answers, `(n_rows,)`.
            names: which of `NUMBER_METRICS` to compute, in this order.
        """
        self.names = names
        residual = values - truth
        # centred, or the variance would be a difference of two large numbers
        centred = truth - truth.mean()
        self._moments = np.asfortranarray(np.column_stack([residual**2, np.abs(residual), centred, centred**2]))

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`."""
        squared, absolute, mean, square = _weighted_means(counts, self._moments).T
        variance = square - mean**2
        r2 = np.full(len(counts), np.nan)
        np.divide(squared, variance, out=r2, where=variance > 1e-12 * square)
        found = {"rmse": np.sqrt(squared), "mae": absolute, "r2": 1.0 - r2}
        return np.column_stack([found[name] for name in self.names])

    def influence(self) -> FloatArray:
        """How much each row moves each metric, times `n_rows`: `(n_rows, n_names)`."""
        squared, absolute, _, square = self._moments.T
        mean_squared, variance = squared.mean(), square.mean()
        shift = squared - mean_squared
        found = {
            "rmse": shift / (2.0 * np.sqrt(mean_squared)) if mean_squared > 0 else np.zeros(len(shift)),
            "mae": absolute - absolute.mean(),
            "r2": (mean_squared * (square - variance) / variance - shift) / variance if variance > 0 else shift,
        }
        return np.column_stack([found[name] for name in self.names])


def probability_kernel(truth: IntArray, probabilities: FloatArray, names: tuple[str, ...]) -> MeanKernel:
    """Log loss and Brier score of class probabilities.

    The Brier score of two classes is the mean of `(p - y)**2` for the positive one (0 to 1), of more the sum over the classes (0 to 2), as
    in scikit-learn.

    Args:
        truth: indices of the true classes, `(n_rows,)`.
        probabilities: `(n_rows, n_classes)`.
        names: which of `PROBABILITY_METRICS` to compute, in this order.
    """
    rows = np.arange(len(truth))
    of_truth = np.clip(probabilities[rows, truth], _SMALLEST, 1.0 - _SMALLEST)
    distance = probabilities.copy()
    distance[rows, truth] -= 1.0
    brier = distance[:, 1] ** 2 if probabilities.shape[1] == 2 else np.sum(distance**2, axis=1)
    found = {"log_loss": -np.log(of_truth), "brier": brier}
    return MeanKernel(np.column_stack([found[name] for name in names]), names)


def _weighted_means(counts: FloatArray, columns: FloatArray) -> FloatArray:
    # no matrix product: its threads wait for each other, and on a machine that has other work each product took ten times as long
    sums = np.einsum("bn,nk->bk", counts, columns)
    means: FloatArray = sums / counts.sum(axis=1, keepdims=True)
    return means
