"""Finds out how much of the label one feature gives away by itself. Pure; the data check calls it for every feature.

What is measured is a share of rows. A category that names a few rows only tells nothing that would hold for
other rows, so each row's label has to follow from the *other* rows of its category: identifiers raise no alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MINIMUM_ROWS = 30
"""With fewer labelled rows chance alone parts the classes too often."""

MINIMUM_RARE_ROWS = 5
"""The same for rows outside the most frequent class."""

_EXACT = 1e-6
_MOST_CUTS = 50


@dataclass(frozen=True)
class Disclosure:
    """The share of labelled rows (0 to 1) whose label the feature tells, and in what way, as the end of a sentence."""

    share: float
    how: str


def class_disclosure(feature: pd.Series, label: pd.Series) -> Disclosure:
    """How much of a classifier's label a feature tells; ways that the most frequent class explains count as nothing.

    Args:
        feature: `(n_rows,)`, numbers or text; missing values are one category of their own.
        label: `(n_rows,)`, text; rows without one are left out.
    """
    feature, label = feature[label.notna()], label[label.notna()]
    if len(label) == 0:
        return Disclosure(0.0, "has no labelled rows")
    if _is_same_text(feature, label):
        return Disclosure(1.0, "is equal to the label")
    classes = pd.factorize(label)[0]
    frequent = float(np.bincount(classes).max() / len(classes))
    if len(label) < MINIMUM_ROWS or len(label) * (1 - frequent) < MINIMUM_RARE_ROWS:
        return Disclosure(0.0, "has too few rows to tell")
    ways = [Disclosure(_share_told_by_category(feature, classes), "has one label for each of its values")]
    if pd.api.types.is_numeric_dtype(feature):
        ways.append(Disclosure(_share_told_by_cuts(feature, classes), "parts the classes by its size"))
    best = max(ways, key=lambda way: way.share)
    # A rare class lets anything be right on nearly all rows: half of what is left over has to be told, too.
    return (
        best
        if 1 - best.share <= (1 - frequent) / 2
        else Disclosure(0.0, "tells no more than the frequency of the classes")
    )


def number_disclosure(feature: pd.Series, label: pd.Series) -> Disclosure:
    """How much of a regressor's label a feature tells: equal to it, a straight line, one order, or one number a category.

    Args:
        feature: `(n_rows,)`, numbers or text.
        label: `(n_rows,)`, numbers; rows without one are left out.
    """
    feature, label = feature[label.notna()], label[label.notna()].astype("float64")
    is_number = pd.api.types.is_numeric_dtype(feature)
    if is_number and len(label) > 0:
        equal = np.isclose(feature.astype("float64"), label, rtol=_EXACT, atol=_EXACT * float(label.abs().max() or 1.0))
        if equal.mean() > 0.5:
            return Disclosure(float(equal.mean()), "is equal to the label")
    if len(label) < MINIMUM_ROWS or label.nunique() < MINIMUM_RARE_ROWS:
        return Disclosure(0.0, "has too few rows to tell")
    ways = [
        Disclosure(_share_told_by_category(feature, pd.factorize(label)[0]), "has one label for each of its values")
    ]
    if is_number:
        ways.append(_share_told_by_line(feature, label))
    return max(ways, key=lambda way: way.share)


def _share_told_by_category(feature: pd.Series, classes: NDArray[np.intp]) -> float:
    """Share of rows whose label is the strict majority among the other rows with the same value."""
    codes, values = pd.factorize(feature, use_na_sentinel=False)
    if len(values) > len(feature) / 2:
        return 0.0
    width = int(classes.max()) + 1
    pairs, counts = np.unique(codes.astype(np.int64) * width + classes, return_counts=True)
    owners = pairs // width
    order = np.lexsort((-counts, owners))
    owners, counts = owners[order], counts[order]
    is_first = np.r_[True, owners[1:] != owners[:-1]]
    first = np.flatnonzero(is_first)
    following = np.minimum(first + 1, len(counts) - 1)
    second = np.where((first + 1 < len(counts)) & ~is_first[following], counts[following], 0)
    return float(counts[first][counts[first] - 1 > second].sum() / len(feature))


def _share_told_by_cuts(feature: pd.Series, classes: NDArray[np.intp]) -> float:
    """Share of rows told by the best cuts between classes, taken in the order of their means; missing values tell one class.

    With F_j(i) the most rows told among the i smallest values by the first j classes:
    F_j(i) = max over h <= i of F_{j-1}(h) + (rows of class j in h..i), a running maximum.
    """
    missing = feature.isna().to_numpy()
    numbers, known = feature.to_numpy(dtype="float64")[~missing], classes[~missing]
    told = int(np.bincount(classes[missing]).max()) if missing.any() else 0
    if len(numbers) == 0 or classes.max() >= _MOST_CUTS:
        return told / len(classes)
    order = np.argsort(numbers, kind="stable")
    numbers, known = numbers[order], known[order]
    ends = np.r_[np.flatnonzero(numbers[1:] != numbers[:-1]), len(numbers) - 1]
    present = np.unique(known)
    means = [numbers[known == name].mean() for name in present]
    best: NDArray[np.int64] | None = None
    for name in present[np.argsort(means, kind="stable")]:
        seen = np.r_[0, np.cumsum(known == name)[ends]]
        best = seen if best is None else seen + np.maximum.accumulate(best - seen)
    assert best is not None
    return float((best[-1] + told) / len(classes))


def _share_told_by_line(feature: pd.Series, label: pd.Series) -> Disclosure:
    known = feature.notna()
    numbers, labels = feature[known].astype("float64"), label[known]
    share = float(known.mean())
    if numbers.nunique() < MINIMUM_RARE_ROWS or labels.nunique() < MINIMUM_RARE_ROWS:
        return Disclosure(0.0, "has too few values to tell")
    if abs(np.corrcoef(numbers, labels)[0, 1]) > 1 - _EXACT:
        return Disclosure(share, "lies on a straight line with the label")
    ranks = np.corrcoef(numbers.rank(), labels.rank())[0, 1]
    return Disclosure(share if abs(ranks) > 1 - _EXACT else 0.0, "orders the rows exactly as the label does")


def _is_same_text(feature: pd.Series, label: pd.Series) -> bool:
    """Most columns differ within a few rows; only the others are turned into text as a whole."""
    few = slice(0, 100)
    return bool((_as_text(feature.iloc[few]) == _as_text(label.iloc[few])).all()) and bool(
        (_as_text(feature) == _as_text(label)).all()
    )


def _as_text(column: pd.Series) -> pd.Series:
    """Whole numbers lose their fraction, so that 1.0 equals the class 1; so do they in a label of text."""
    return column.astype("str").str.removesuffix(".0")
