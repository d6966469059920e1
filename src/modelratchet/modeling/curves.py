"""The tables behind every chart, at most a few hundred lines each: for DVC's plots as CSV, and for `modeling.pictures`.

Called by `modeling.plots`. Curves stand on a common grid, one column for each class beside their mean, so that files of different models
can be laid over each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.statistics import FloatArray, IntArray, wilson_interval
from modelratchet.modeling.importance import Importance

# finer near 0, where ROC curves of useful models bend
_GRID = np.linspace(0.0, 1.0, 201) ** 2
_RECALL = np.linspace(0.0, 1.0, 201)
MOST_CLASSES = 8
MOST_CELLS = 15
OTHER = "(other)"


def shown_classes(truth: IntArray, classes: Sequence[str]) -> list[int]:
    """Classes that get a curve of their own: the positive one, or the most frequent of many; in class order."""
    if len(classes) == 2:
        return [1]
    counts = np.bincount(truth, minlength=len(classes))
    most = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    return sorted(int(index) for index in most if counts[index] > 0)


def roc_table(truth: IntArray, probabilities: FloatArray, classes: Sequence[str]) -> pd.DataFrame:
    """True against false positive rate, one class against the rest; the mean over classes comes first."""
    curves = {}
    for index in shown_classes(truth, classes):
        hits, total = _running(truth == index, probabilities[:, index])
        false_alarms = total - hits
        if hits[-1] and false_alarms[-1]:
            curves[classes[index]] = np.interp(_GRID, false_alarms / false_alarms[-1], hits / hits[-1])
            curves[classes[index]][0] = 0.0
    return _curve_table("false_positive_rate", _GRID, "true_positive_rate", curves)


def precision_recall_table(truth: IntArray, probabilities: FloatArray, classes: Sequence[str]) -> pd.DataFrame:
    """Precision at the highest threshold that reaches each recall, one class against the rest; the mean comes first."""
    curves = {}
    for index in shown_classes(truth, classes):
        hits, total = _running(truth == index, probabilities[:, index])
        if hits[-1]:
            # from the first hit on: above it recall is 0 and precision says nothing
            at = np.searchsorted(hits[1:], np.maximum(_RECALL * hits[-1], 1.0) - 1e-9) + 1
            curves[classes[index]] = hits[at] / total[at]
    return _curve_table("recall", _RECALL, "precision", curves)


def calibration_table(
    truth: IntArray, probabilities: FloatArray, classes: Sequence[str], confidence: float, n_bins: int = 12
) -> pd.DataFrame:
    """Predicted probability against observed share in bins of equal size, with Wilson intervals.

    Binary: of the positive class. More classes: of whichever class the model answered, so the share is its accuracy.
    """
    is_binary = len(classes) == 2
    predicted = probabilities[:, 1] if is_binary else probabilities.max(axis=1)
    is_hit = truth == (1 if is_binary else probabilities.argmax(axis=1))
    lines = []
    for rows in _equal_bins(predicted, n_bins):
        n_hits = int(np.count_nonzero(is_hit[rows]))
        low, high = wilson_interval(n_hits, len(rows), confidence)
        lines.append((float(predicted[rows].mean()), n_hits / len(rows), low, high, len(rows)))
    return pd.DataFrame(lines, columns=["predicted", "observed", "low", "high", "n_rows"])


def confusion_table(truth: IntArray, labels: IntArray, classes: Sequence[str]) -> pd.DataFrame:
    """Counts of actual against predicted class, one line a cell; beyond the most frequent classes they are put together."""
    counts = np.bincount(truth, minlength=len(classes))
    kept = sorted(np.argsort(-counts, kind="stable")[:MOST_CELLS].tolist())
    names = [classes[index] for index in kept] + ([OTHER] if len(classes) > len(kept) else [])
    place = np.full(len(classes), len(kept))
    place[kept] = np.arange(len(kept))
    cells = np.bincount(place[truth] * len(names) + place[labels], minlength=len(names) ** 2)
    return pd.DataFrame(
        {"actual": np.repeat(names, len(names)), "predicted": np.tile(names, len(names)), "n_rows": cells}
    )


def confusion_lines(table: pd.DataFrame, most: int = 600) -> pd.DataFrame:
    """One line for each of at most `most` imagined rows in the same shares: the form DVC's `confusion_normalized` counts.

    Each actual class gets equally many lines, shared out by largest remainder.
    """
    actual = table["actual"].unique()
    per_class = max(most // len(actual), 1)
    lines = []
    for name in actual:
        cells = table[(table["actual"] == name) & (table["n_rows"] > 0)]
        if len(cells):
            exact = cells["n_rows"].to_numpy() / cells["n_rows"].sum() * per_class
            given = np.floor(exact).astype(int)
            given[np.argsort(given - exact, kind="stable")[: per_class - given.sum()]] += 1
            lines += [(name, label) for label, n in zip(cells["predicted"], given, strict=True) for _ in range(n)]
    return pd.DataFrame(lines, columns=["actual", "predicted"])


def importance_table(importances: Sequence[Importance]) -> pd.DataFrame:
    """One line a feature, most important first."""
    lines = [(found.column, found.mean, found.low, found.high) for found in importances]
    return pd.DataFrame(lines, columns=["feature", "importance", "low", "high"])


def predictions_table(truth: FloatArray, values: FloatArray, n_bins: int = 25) -> pd.DataFrame:
    """Mean actual value against mean prediction in bins of equal size, with the middle 80 % of the actual values."""
    lines = [
        (values[rows].mean(), truth[rows].mean(), *np.quantile(truth[rows], [0.1, 0.9]), len(rows))
        for rows in _equal_bins(values, n_bins)
    ]
    return pd.DataFrame(lines, columns=["predicted", "actual", "low", "high", "n_rows"])


def residuals_table(truth: FloatArray, values: FloatArray, n_bins: int = 40) -> pd.DataFrame:
    """Histogram of actual minus predicted; the outermost bins hold the tails beyond the middle 99 %."""
    residuals = truth - values
    low, high = np.quantile(residuals, [0.005, 0.995])
    edges = np.linspace(low, high if high > low else low + 1.0, n_bins + 1)
    counts, _ = np.histogram(np.clip(residuals, edges[0], edges[-1]), edges)
    return pd.DataFrame({"residual": (edges[:-1] + edges[1:]) / 2.0, "n_rows": counts})


def _running(is_hit: NDArray[np.bool_], score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Hits and rows from the highest score down, at the end of each group of equal scores; both start with 0."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    hits = np.cumsum(is_hit[order])[ends]
    return np.append(0.0, hits), np.append(0.0, ends + 1.0)


def _curve_table(x: str, grid: FloatArray, y: str, curves: dict[str, FloatArray]) -> pd.DataFrame:
    if not curves:
        return pd.DataFrame({x: [], y: []})
    columns = {x: grid, y: np.mean(list(curves.values()), axis=0)}
    if len(curves) > 1:
        columns |= {f"{y}: {name}": curve for name, curve in curves.items()}
    return pd.DataFrame(columns)


def _equal_bins(values: FloatArray, n_bins: int) -> list[IntArray]:
    """Positions of the rows in each bin; at least twenty rows a bin where there are as many."""
    n_bins = int(np.clip(len(values) // 20, 1, n_bins))
    return [rows for rows in np.array_split(np.argsort(values, kind="stable"), n_bins) if len(rows)]
