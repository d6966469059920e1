"""How far apart two sets of answers to the same rows are. Called by `modeling.parity` and by `ratchet reproduce` through wiring."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.agreement import Agreement
from modelratchet.core.schema import Schema
from modelratchet.core.tasks import Task
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.scores import Scores
from modelratchet.storage.bundles import Bundle

_LARGEST = float(np.finfo(np.float64).max)


def agreement_of(expected: Bundle, found: Bundle, rows: pd.DataFrame) -> Agreement | None:
    """Ask both bundles the same rows, `(n_rows, n_columns)`; None where columns or classes differ, so that answers mean something else.

    Raises:
        DataError: a column that the models need is missing.
        EvidenceError: a graph is none that may be run.
    """
    if _meaning(expected.schema) != _meaning(found.schema) or rows.empty:
        return None
    one, other = OnnxModel(expected).score(rows), OnnxModel(found).score(rows)
    changed = 0 if one.task is Task.REGRESSION else int(np.count_nonzero(one.labels != other.labels))
    return Agreement(len(rows), float(differences(one, other, spread_of(one)).max()), changed)


def _meaning(schema: Schema) -> tuple[object, ...]:
    """What an answer depends on; the ranges that training rows had are no part of it."""
    return schema.task, schema.classes, tuple((column.name, column.kind) for column in schema.columns)


def spread_of(scores: Scores) -> float:
    """What a regression's differences are relative to where its predictions are near zero; 1 for classification."""
    if scores.task is not Task.REGRESSION:
        return 1.0
    return float(np.std(scores.values)) or float(np.abs(scores.values).max()) or 1.0


def differences(expected: Scores, found: Scores, spread: float) -> NDArray[np.float64]:
    """The largest difference of each row, `(n_rows,)`; a NaN counts as the largest number there is."""
    if expected.task is Task.REGRESSION:
        with np.errstate(over="ignore", invalid="ignore"):
            single = expected.values.astype(np.float32)  # what the graph answers at best: may be infinite
            apart = np.abs(expected.values - found.values) / np.maximum(np.abs(expected.values), spread)
        apart = np.where(
            single == found.values, np.minimum(np.nan_to_num(apart, nan=0.0), np.finfo(np.float32).eps), apart
        )
    else:
        apart = np.abs(expected.probabilities - found.probabilities).max(axis=1)
    return np.asarray(np.nan_to_num(apart, nan=_LARGEST, posinf=_LARGEST), np.float64)
