"""Compares the fitted estimator with the bundle's graph, row by row. Called by the `check_parity` stage.

Close scores are not enough: a label that changes is counted even where scores agree to seven digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.evidence import ChangedRow, Parity, ParityPart
from modelratchet.core.schema import Schema
from modelratchet.core.tasks import Task
from modelratchet.errors import EvidenceError
from modelratchet.modeling.frames import features_of
from modelratchet.modeling.fuzzing import fuzzed_rows, thresholds_of, with_missing
from modelratchet.modeling.onnx_model import OnnxModel, score_estimator
from modelratchet.modeling.scores import Scores
from modelratchet.storage.bundles import Bundle

_MOST_EXAMPLES = 20
_ROWS_PER_MISSING_COLUMN = 100
_FLOAT32_STEP = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class ParityOptions:
    """`tolerance` is a difference of scores; `fuzz_rows` may be 0; `seed` fixes every draw."""

    tolerance: float
    fuzz_rows: int
    seed: int


def check_parity(pipeline: Any, bundle: Bundle, holdout: pd.DataFrame, options: ParityOptions) -> Parity:
    """Score three sets of rows by both and compare: the holdout, rows with missing values, rows around thresholds.

    Args:
        pipeline: the fitted estimator that the bundle was made from.
        bundle: the bundle, its bytes checked.
        holdout: held-out rows, at least the schema's columns.
        options: tolerance and size.

    Raises:
        EvidenceError: the graph does not run, or answers another number of rows or classes.
    """
    model, schema = OnnxModel(bundle), bundle.schema
    features = features_of(holdout, schema.numeric, schema.categorical)
    thresholds = thresholds_of(pipeline)
    sets = {"holdout": features}
    missing = with_missing(features, schema, _ROWS_PER_MISSING_COLUMN, options.seed)
    if _accepts(pipeline, missing):
        sets["missing"] = missing
    if options.fuzz_rows:
        sets["fuzz"] = fuzzed_rows(features, schema, thresholds, options.fuzz_rows, options.seed)
    parts, changed = [], list[ChangedRow]()
    for source, rows in sets.items():
        pair = _Pair(source, rows, score_estimator(pipeline, rows, schema.task), _scored(model, rows))
        parts.append(pair.part(options.tolerance))
        changed += pair.changed_rows(schema)
    n_thresholds = sum(len(values) for values in thresholds.values())
    tried = sum(min(len(values), options.fuzz_rows // 6) for values in thresholds.values())
    return Parity(bundle.digest, options.tolerance, n_thresholds, tried, tuple(parts), tuple(changed[:_MOST_EXAMPLES]))


@dataclass(frozen=True)
class _Pair:
    """Both answers for one set of rows."""

    source: str
    rows: pd.DataFrame
    expected: Scores
    found: Scores

    def part(self, tolerance: float) -> ParityPart:
        differences = self._differences()
        return ParityPart(
            source=self.source,
            n_rows=len(self.rows),
            largest_difference=float(differences.max(initial=0.0)),
            share_over_tolerance=float((differences > tolerance).mean()),
            changed_labels=int(self._is_changed().sum()),
            ties=int(self._is_tie().sum()),
        )

    def changed_rows(self, schema: Schema) -> Iterator[ChangedRow]:
        ties = self._is_tie()
        for row in np.flatnonzero(self._is_changed()):
            label = int(self.expected.labels[row])
            expected, found = (float(scores.probabilities[row, label]) for scores in (self.expected, self.found))
            is_tie = bool(ties[row])
            yield ChangedRow(self.source, int(row), expected, found, is_tie, self._reason(int(row), schema, is_tie))

    def _reason(self, row: int, schema: Schema, is_tie: bool) -> str:
        if is_tie:
            return "its two best scores are equal in float32"
        missing = [name for name in schema.numeric if pd.isna(self.rows[name].iloc[row])]
        if missing:
            return f"missing values in {', '.join(missing[:5])}"
        return "the graph takes another path than the estimator"

    def _differences(self) -> NDArray[np.float64]:
        """The largest difference of any score, by row; of predictions relative to their spread."""
        if self.expected.task is Task.REGRESSION:
            spread = float(np.std(self.expected.values)) or 1.0
            return np.abs(self.expected.values - self.found.values) / spread
        return np.abs(self.expected.probabilities - self.found.probabilities).max(axis=1)

    def _is_changed(self) -> NDArray[np.bool_]:
        if self.expected.task is Task.REGRESSION:
            return np.zeros(len(self.rows), dtype=bool)
        changed: NDArray[np.bool_] = self.expected.labels != self.found.labels
        return changed

    def _is_tie(self) -> NDArray[np.bool_]:
        if self.expected.task is Task.REGRESSION:
            return np.zeros(len(self.rows), dtype=bool)
        best = np.sort(self.expected.probabilities, axis=1)[:, -2:]
        ties: NDArray[np.bool_] = np.diff(best, axis=1)[:, 0] <= _FLOAT32_STEP
        return ties


def _scored(model: OnnxModel, rows: pd.DataFrame) -> Scores:
    try:
        found = model.score(rows)
    except EvidenceError:
        raise
    except Exception as error:  # onnxruntime raises its own kinds, for unseen categories among others
        raise EvidenceError(f"the graph fails on rows that the estimator answers: {error}") from error
    if len(found) != len(rows):
        raise EvidenceError(f"the graph answered {len(found)} of {len(rows)} rows")
    return found


def _accepts(pipeline: Any, rows: pd.DataFrame) -> bool:
    """Whether the estimator takes missing values at all; a user's own may refuse them."""
    try:
        pipeline.predict(rows.iloc[-1:])
    except ValueError:
        return False
    return True
