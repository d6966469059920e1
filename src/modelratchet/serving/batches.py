"""What goes into the model and what comes out: the one form between parsers, checks, the model, encoders and the prediction log.

Named tuples, since one of each is made for every request: a frozen dataclass costs three times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from modelratchet.core.schema import MISSING_CATEGORY


class Batch(NamedTuple):
    """Rows in the form of the graph's inputs.

    `numeric` is float32 `(n_rows, n_numeric)` with NaN for a missing value, `categorical` is object `(n_rows, n_categorical)` of str with
    the empty string for a missing one; None where the schema has no such columns.
    """

    n_rows: int
    numeric: np.ndarray | None
    categorical: np.ndarray | None
    is_usual: bool = False
    """Whether the parser found each value to be such as training saw it, so that `checks` need not look."""


class Answer(NamedTuple):
    """What the model says of each row.

    A classifier fills `labels`, int64 `(n_rows,)`, indices into the schema's classes, and `probabilities`, float32 `(n_rows, n_classes)`; a
    regressor `predictions`, float32 `(n_rows,)`.
    """

    labels: np.ndarray | None
    probabilities: np.ndarray | None
    predictions: np.ndarray | None

    @property
    def n_rows(self) -> int:
        """How many rows were answered."""
        filled = self.labels if self.predictions is None else self.predictions
        return 0 if filled is None else len(filled)


def batch_of(rows: Sequence[Sequence[Any]], n_numeric: int, *, is_usual: bool = False) -> Batch:
    """Rows of values, numbers first, as a batch; None is a missing value.

    Args:
        rows: at least one, all of one length, each with the schema's numeric columns in order and then its categorical ones.
        n_numeric: how many of the values are numbers.
        is_usual: see `Batch`.
    """
    numeric = np.array([row[:n_numeric] for row in rows], dtype=np.float32) if n_numeric else None
    if len(rows[0]) == n_numeric:
        return Batch(len(rows), numeric, None, is_usual)
    texts = np.empty((len(rows), len(rows[0]) - n_numeric), dtype=object)
    # filled, not made, from the rows: to make it numpy looks at every value twice
    texts[:] = [_filled(row[n_numeric:]) for row in rows]
    return Batch(len(rows), numeric, texts, is_usual)


def _filled(values: Sequence[Any]) -> Sequence[Any]:
    return [MISSING_CATEGORY if value is None else value for value in values] if None in values else values


def batch_of_columns(columns: Sequence[Sequence[Any]], n_numeric: int) -> Batch:
    """Columns of values, numbers first, as a batch; None is a missing value.

    Args:
        columns: at least one, all of one length, the schema's numeric ones in order and then its categorical ones.
        n_numeric: how many of them hold numbers.
    """
    n_rows = len(columns[0])
    numeric = np.array(columns[:n_numeric], dtype=np.float32).T.copy() if n_numeric else None
    if len(columns) == n_numeric:
        return Batch(n_rows, numeric, None)
    categorical = np.empty((n_rows, len(columns) - n_numeric), dtype=object)
    for place, values in enumerate(columns[n_numeric:]):
        categorical[:, place] = [MISSING_CATEGORY if value is None else value for value in values]
    return Batch(n_rows, numeric, categorical)
