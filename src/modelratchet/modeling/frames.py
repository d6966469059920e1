"""The one form in which rows reach an estimator or a graph.

Numbers are float64 columns whose values float32 can hold, so that an estimator in float64 and a graph fed with float32
see the same numbers; NaN is missing. Categories are `str` columns; the empty string is missing. Labels of a
classifier are int64 indices into the sorted classes, those of a regressor float64.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.schema import MISSING_CATEGORY
from modelratchet.errors import DataError


def features_of(rows: pd.DataFrame, numeric: Sequence[str], categorical: Sequence[str]) -> pd.DataFrame:
    """Take the features in graph order, numbers first, in the form an estimator gets.

    Raises:
        DataError: a column is missing, or a numeric one holds text.
    """
    missing = [name for name in (*numeric, *categorical) if name not in rows.columns]
    if missing:
        raise DataError(f"columns {missing} are missing, found {list(rows.columns)}")
    columns = {name: representable(rows[name]) for name in numeric}
    columns |= {name: as_category(rows[name]) for name in categorical}
    return pd.DataFrame(columns, index=rows.index)


def representable(column: pd.Series) -> pd.Series:
    """Round numbers to what float32 can hold, and keep them as float64.

    Raises:
        DataError: the column cannot be read as numbers.
    """
    try:
        return column.astype("float32").astype("float64")
    except (TypeError, ValueError) as error:
        raise DataError(
            f"column {column.name} is not numeric: {error}", hint="Name it under columns.categorical, or mend the rows."
        ) from error


def as_category(column: pd.Series) -> pd.Series:
    """Read values as text; a missing one becomes the empty string.

    Whole numbers that a missing value made floating (1.0) are written without the fraction.
    """
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("str").where(column.notna(), MISSING_CATEGORY).astype("str")


def encode_labels(labels: pd.Series, classes: Sequence[str]) -> NDArray[np.int64]:
    """Turn label values into indices of `classes`.

    Raises:
        DataError: a label is missing or is not one of the classes.
    """
    codes = pd.Index(list(classes), dtype="str").get_indexer(pd.Index(as_category(labels))).astype(np.int64)
    if (codes < 0).any():
        unknown = sorted(set(as_category(labels)[codes < 0]))[:5]
        raise DataError(f"label {labels.name} holds {unknown}, expected one of {list(classes)}")
    return codes
