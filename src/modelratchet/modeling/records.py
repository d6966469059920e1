"""Rows as a client of the served model would send them. Called by `wiring.timing`."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from modelratchet.core.schema import MISSING_CATEGORY, Schema

Record = dict[str, float | str | None]


def is_served(features: pd.DataFrame, schema: Schema) -> np.ndarray:
    """Which rows the server takes: those with no value missing in a column where none was missing in training.

    Args:
        features: rows in the form of `modeling.frames.features_of`.
        schema: tells where a value may be missing.

    Returns:
        bool, `(n_rows,)`.
    """
    served = np.ones(len(features), dtype=bool)
    for column in schema.columns:
        if not column.allows_missing:
            values = features[column.name]
            is_missing = values.isna() if column.kind == "numeric" else values == MISSING_CATEGORY
            served &= ~is_missing.to_numpy()
    return served


def records_of(features: pd.DataFrame, schema: Schema) -> list[Record]:
    """One mapping of column to value a row; None is missing.

    Args:
        features: rows in the form of `modeling.frames.features_of`.
        schema: tells numbers from categories.

    Numbers are written as short as float32 allows, for 12.3 is what a client sends, not 12.300000190734863.
    """
    columns: dict[str, list[float | str | None]] = {}
    for name in schema.numeric:
        columns[name] = [None if math.isnan(value) else float(str(np.float32(value))) for value in features[name]]
    for name in schema.categorical:
        columns[name] = [None if value == MISSING_CATEGORY else str(value) for value in features[name]]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
