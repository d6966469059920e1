"""Estimator against graph: on held-out rows, on rows with values taken away, and on rows made to find a difference.

Called by the `check_parity` stage. What is found is evidence; whether it is good enough is the policy's business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.evidence import ChangedRow, Parity, ParityPart
from modelratchet.core.schema import MISSING_CATEGORY, Schema
from modelratchet.core.tasks import Task
from modelratchet.modeling.fuzzing import EXTREMES, UNSEEN, fuzz, knock_out, values_to_try
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.scores import Scores
from modelratchet.modeling.scoring import score_estimator
from modelratchet.modeling.thresholds import Thresholds, thresholds_of
from modelratchet.storage.bundles import Bundle

_LARGEST = float(np.finfo(np.float64).max)  # stands for differences that are infinite or not a number
_MISSING_ROWS = 5000
_LISTED_ROWS = 20


@dataclass(frozen=True)
class ParityOptions:
    """`tolerance` of a score's difference, the most rows to make, and the seed they are made from."""

    tolerance: float
    fuzz_rows: int
    seed: int


@dataclass(frozen=True)
class _Compared:
    part: ParityPart
    changed: tuple[ChangedRow, ...]


def check_parity(pipeline: Any, bundle: Bundle, holdout_features: pd.DataFrame, options: ParityOptions) -> Parity:
    """Score the same rows twice and report every difference.

    Args:
        pipeline: the fitted estimator, on the frame of `frames.features_of`.
        bundle: the graph made from it.
        holdout_features: rows that training did not see.
        options: tolerance and extent.
    """
    comparer = _Comparer(pipeline, OnnxModel(bundle), holdout_features, options.tolerance)
    thresholds = thresholds_of(pipeline, bundle.schema.numeric, bundle.schema.categorical)
    compared = [
        comparer.compare("holdout", holdout_features),
        _compare_missing(comparer, holdout_features, options.seed),
        _compare_fuzz(comparer, holdout_features, thresholds, options),
    ]
    changed = tuple(row for item in compared for row in item.changed)[:_LISTED_ROWS]
    return Parity(bundle.digest, options.tolerance, tuple(item.part for item in compared), changed)


class _Comparer:
    """Both models, and what is needed to say how much a difference is."""

    def __init__(self, pipeline: Any, model: OnnxModel, holdout: pd.DataFrame, tolerance: float) -> None:
        self.pipeline, self.model, self.tolerance = pipeline, model, tolerance
        self.schema = model.schema
        self.spread = 1.0
        if not self.schema.task.is_classification and len(holdout):
            values = self.expected(holdout).values
            self.spread = float(np.std(values)) or float(np.abs(values).max()) or 1.0

    def expected(self, rows: pd.DataFrame) -> Scores:
        return score_estimator(self.pipeline, rows, self.schema.task)

    def accepts(self, row: pd.DataFrame) -> bool:
        """Whether the estimator answers at all: some raise on missing values or on large ones."""
        try:
            self.expected(row)
        except (ValueError, TypeError, OverflowError):
            return False
        return True

    def compare(self, source: str, rows: pd.DataFrame) -> _Compared:
        if rows.empty:
            return _Compared(ParityPart(source, 0, 0.0, 0.0, 0, 0), ())
        expected, found = self.expected(rows), self.model.score(rows)
        differences = _differences(expected, found, self.spread)
        is_changed, is_tie = _changed_and_ties(expected, found)
        part = ParityPart(
            source,
            len(rows),
            float(differences.max()),
            float(np.mean(differences > self.tolerance)),
            int(is_changed.sum()),
            int(is_tie.sum()),
        )
        places = np.flatnonzero(is_changed)[:_LISTED_ROWS]
        changed = tuple(self._changed_row(source, rows, int(at), expected, found, bool(is_tie[at])) for at in places)
        return _Compared(part, changed)

    def _changed_row(  # noqa: PLR0913 - one row of six arrays
        self, source: str, rows: pd.DataFrame, at: int, expected: Scores, found: Scores, is_tie: bool
    ) -> ChangedRow:
        label = int(expected.labels[at])
        scores = float(expected.probabilities[at, label]), float(found.probabilities[at, label])
        return ChangedRow(
            source, at, *map(_finite, scores), is_tie, _reason(rows.iloc[at], self.schema, scores, is_tie)
        )


def _compare_missing(comparer: _Comparer, holdout: pd.DataFrame, seed: int) -> _Compared:
    """Rows without some values, in the columns in which the estimator takes missing ones."""
    generator = np.random.default_rng(seed)
    first = holdout.iloc[:1]
    columns = [name for name in comparer.schema.numeric if _accepts_in(comparer, first, name, np.nan)]
    columns += [name for name in comparer.schema.categorical if _accepts_in(comparer, first, name, MISSING_CATEGORY)]
    if holdout.empty or not columns:
        return comparer.compare("missing", holdout.iloc[:0])
    chosen = generator.permutation(len(holdout))[:_MISSING_ROWS]
    return comparer.compare("missing", knock_out(holdout.iloc[np.sort(chosen)], tuple(columns), generator))


def _compare_fuzz(
    comparer: _Comparer, holdout: pd.DataFrame, thresholds: Thresholds, options: ParityOptions
) -> _Compared:
    values = values_to_try(comparer.schema, thresholds)
    first = holdout.iloc[:1]
    for name in comparer.schema.numeric:
        if not _accepts_in(comparer, first, name, float(EXTREMES.max())):
            values[name] = values[name][: -len(EXTREMES)]
    for name in comparer.schema.categorical:
        if not _accepts_in(comparer, first, name, UNSEEN[0]):
            values[name] = values[name][: -len(UNSEEN)]
    made = fuzz(holdout, values, thresholds, options.fuzz_rows, options.seed)
    compared = comparer.compare("fuzz", made.features)
    counts = {"thresholds": thresholds.total, "thresholds_covered": made.thresholds_covered}
    return replace(compared, part=replace(compared.part, **counts))


def _accepts_in(comparer: _Comparer, row: pd.DataFrame, column: str, value: object) -> bool:
    return bool(len(row)) and comparer.accepts(row.assign(**{column: pd.Series(value, row.index, row[column].dtype)}))


def _differences(expected: Scores, found: Scores, spread: float) -> NDArray[np.float64]:
    """The largest difference of each row, `(n_rows,)`."""
    if expected.task is Task.REGRESSION:
        with np.errstate(over="ignore", invalid="ignore"):
            single = expected.values.astype(np.float32)  # what the graph answers at best: may be infinite
            apart = np.abs(expected.values - found.values) / np.maximum(np.abs(expected.values), spread)
        apart = np.where(
            single == found.values, np.minimum(np.nan_to_num(apart, nan=0.0), np.finfo(np.float32).eps), apart
        )
    else:
        apart = np.abs(expected.probabilities - found.probabilities).max(axis=1)
    return np.nan_to_num(apart, nan=_LARGEST, posinf=_LARGEST)


def _changed_and_ties(expected: Scores, found: Scores) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if expected.task is Task.REGRESSION:
        none = np.zeros(len(expected), bool)
        return none, none
    best = np.sort(expected.probabilities.astype(np.float32), axis=1)[:, -2:]
    return expected.labels != found.labels, best[:, 0] == best[:, -1]


def _reason(row: pd.Series, schema: Schema, scores: tuple[float, float], is_tie: bool) -> str:
    """What is known of a row whose label changed: only facts."""
    parts = [f"scores differ by {abs(scores[0] - scores[1]):.2g}"]
    if is_tie:
        parts = ["the two best scores are equal within float32, so that rounding decides"]
    missing = [name for name in schema.numeric if pd.isna(row[name])]
    missing += [name for name in schema.categorical if row[name] == MISSING_CATEGORY]
    if missing:
        parts.append(f"missing: {', '.join(missing[:5])}")
    known = {column.name: column.categories for column in schema.columns if column.kind == "categorical"}
    unseen = [name for name, categories in known.items() if row[name] not in (*categories, MISSING_CATEGORY)]
    if unseen:
        parts.append(f"category not seen in training: {', '.join(unseen[:5])}")
    return "; ".join(parts)


def _finite(value: float) -> float:
    return float(np.nan_to_num(value, nan=-1.0, posinf=_LARGEST, neginf=-_LARGEST))
