"""Estimator against graph: on held-out rows, on rows with values taken away, and on rows made to find a difference.

Called by the `check_parity` stage. What is found is evidence; whether it is good enough is the policy's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.parity import ChangedRow, Parity, ParityPart
from modelratchet.core.schema import MISSING_CATEGORY, Schema
from modelratchet.core.tasks import Task
from modelratchet.errors import EvidenceError
from modelratchet.modeling.agreement import differences, spread_of
from modelratchet.modeling.frames import features_of
from modelratchet.modeling.fuzzing import EXTREMES, UNSEEN, FuzzRows, fuzz, knock_out, values_to_try
from modelratchet.modeling.onnx_model import OnnxModel, score_estimator
from modelratchet.modeling.scores import Scores
from modelratchet.modeling.thresholds import Thresholds, thresholds_of
from modelratchet.storage.bundles import Bundle

_LARGEST = float(np.finfo(np.float64).max)  # stands for differences that are infinite or not a number
_MISSING_ROWS = 2000
_LISTED_ROWS = 20


@dataclass(frozen=True)
class ParityOptions:
    """`tolerance` is a difference of scores; `fuzz_rows`, the most rows to make, may be 0; `seed` fixes every draw."""

    tolerance: float
    fuzz_rows: int
    seed: int


@dataclass(frozen=True)
class _Compared:
    part: ParityPart
    changed: tuple[ChangedRow, ...]


def check_parity(pipeline: Any, bundle: Bundle, holdout: pd.DataFrame, options: ParityOptions) -> Parity:
    """Score three sets of rows by both and compare: the holdout, rows with missing values, rows around thresholds.

    Args:
        pipeline: the fitted estimator that the bundle was made from.
        bundle: the bundle, its bytes checked.
        holdout: held-out rows, at least the schema's columns.
        options: tolerance and size.

    Raises:
        EvidenceError: there are no held-out rows, the graph does not run, or it answers another number of rows or classes.
    """
    schema = bundle.schema
    features = features_of(holdout, schema.numeric, schema.categorical)
    if features.empty:
        raise EvidenceError("there are no held-out rows to compare on", hint="Look at split in params.yaml.")
    thresholds = thresholds_of(pipeline, schema.numeric, schema.categorical)
    comparer = _Comparer(pipeline, OnnxModel(bundle), features, options.tolerance)
    made = _fuzz_rows(comparer, features, thresholds, options)
    missing = _missing_rows(comparer, features, options.seed)
    sets = {"holdout": features, "missing": missing, "fuzz": made.features}
    compared = [comparer.compare(source, rows) for source, rows in sets.items()]
    changed = tuple(row for item in compared for row in item.changed)[:_LISTED_ROWS]
    parts = tuple(item.part for item in compared)
    return Parity(
        bundle.digest, options.tolerance, thresholds.total, made.thresholds_covered, parts, changed, bundle.model_digest
    )


class _Comparer:
    """Both models, and what is needed to say how much a difference is."""

    def __init__(self, pipeline: Any, model: OnnxModel, holdout: pd.DataFrame, tolerance: float) -> None:
        self.pipeline, self.model, self.tolerance = pipeline, model, tolerance
        self.schema = model.schema
        is_relative = self.schema.task is Task.REGRESSION
        self.spread = spread_of(self.expected(holdout)) if is_relative else 1.0

    def expected(self, rows: pd.DataFrame) -> Scores:
        return score_estimator(self.pipeline, rows, self.schema.task)

    def found(self, rows: pd.DataFrame) -> Scores:
        try:
            scores = self.model.score(rows)
        except EvidenceError:
            raise
        except Exception as error:  # onnxruntime raises its own kinds, for unseen categories among others
            raise EvidenceError(f"the graph fails on rows that the estimator answers: {error}") from error
        if len(scores) != len(rows):
            raise EvidenceError(f"the graph answered {len(scores)} of {len(rows)} rows")
        return scores

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
        expected, found = self.expected(rows), self.found(rows)
        apart = differences(expected, found, self.spread)
        is_changed, is_tie = _changed_and_ties(expected, found)
        part = ParityPart(
            source,
            len(rows),
            float(apart.max()),
            float(np.mean(apart > self.tolerance)),
            int(is_changed.sum()),
            int(is_tie.sum()),
        )
        pair = _Pair(source, rows, expected, found)
        places = np.flatnonzero(is_changed)[:_LISTED_ROWS]
        return _Compared(part, tuple(pair.changed_row(int(at), self.schema, bool(is_tie[at])) for at in places))


@dataclass(frozen=True)
class _Pair:
    """Both answers for one set of rows."""

    source: str
    rows: pd.DataFrame
    expected: Scores
    found: Scores

    def changed_row(self, at: int, schema: Schema, is_tie: bool) -> ChangedRow:
        label = int(self.expected.labels[at])
        expected, found = (_finite(scores.probabilities[at, label]) for scores in (self.expected, self.found))
        reason = _reason(self.rows.iloc[at], schema, abs(expected - found), is_tie)
        return ChangedRow(self.source, at, expected, found, is_tie, reason)


def _missing_rows(comparer: _Comparer, holdout: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Rows without some values, in the columns in which the estimator takes missing ones; none if there are no such columns."""
    generator = np.random.default_rng(seed)
    missing = dict.fromkeys(comparer.schema.numeric, np.nan) | dict.fromkeys(
        comparer.schema.categorical, MISSING_CATEGORY
    )
    columns = _accepted_in(comparer, holdout, missing)
    if not columns:
        return holdout.iloc[:0]
    chosen = generator.integers(len(holdout), size=max(_MISSING_ROWS, 20 * len(columns)))
    return knock_out(holdout.iloc[np.sort(chosen)], columns, generator)


def _fuzz_rows(comparer: _Comparer, holdout: pd.DataFrame, thresholds: Thresholds, options: ParityOptions) -> FuzzRows:
    """Made rows, without what the estimator itself refuses."""
    schema = comparer.schema
    values = values_to_try(schema, thresholds)
    takes_extremes = _accepted_in(comparer, holdout, dict.fromkeys(schema.numeric, float(EXTREMES.max())))
    takes_unseen = _accepted_in(comparer, holdout, dict.fromkeys(schema.categorical, UNSEEN[0]))
    takes_missing = _accepted_in(comparer, holdout, dict.fromkeys(schema.categorical, MISSING_CATEGORY))
    for name in set(schema.numeric) - set(takes_extremes):
        values[name] = values[name][: -len(EXTREMES)]
    for name in set(schema.categorical) - set(takes_unseen):
        values[name] = values[name][: -len(UNSEEN)]
    for name in set(schema.categorical) - set(takes_missing):
        values[name] = values[name][values[name] != MISSING_CATEGORY]
    return fuzz(holdout, values, thresholds, options.fuzz_rows, options.seed)


def _accepted_in(comparer: _Comparer, rows: pd.DataFrame, values: Mapping[str, object]) -> tuple[str, ...]:
    """The columns in which the estimator takes such a value: asked about all at once, and one by one only if that fails."""
    first = rows.iloc[:1]
    tried = {
        name: first.assign(**{name: pd.Series(value, first.index, first[name].dtype)}) for name, value in values.items()
    }
    if tried and comparer.accepts(pd.concat(tried.values(), ignore_index=True)):
        return tuple(tried)
    return tuple(name for name, row in tried.items() if comparer.accepts(row))


def _changed_and_ties(expected: Scores, found: Scores) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if expected.task is Task.REGRESSION:
        none = np.zeros(len(expected), bool)
        return none, none
    best = np.sort(expected.probabilities.astype(np.float32), axis=1)[:, -2:]
    return expected.labels != found.labels, best[:, 0] == best[:, -1]


def _reason(row: pd.Series, schema: Schema, difference: float, is_tie: bool) -> str:
    """What is known of a row whose label changed: only facts."""
    parts = [f"its score differs by {difference:.2g}"]
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
    return float(np.nan_to_num(float(value), nan=-1.0, posinf=_LARGEST, neginf=-_LARGEST))
