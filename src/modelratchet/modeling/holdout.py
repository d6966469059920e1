"""The held-out rows as models are judged on them: truth, features and slices. Called by `modeling.evaluation` and `modeling.comparison`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.schema import Schema
from modelratchet.errors import DataError
from modelratchet.modeling.frames import as_category, encode_labels, features_of
from modelratchet.modeling.metrics import Truth
from modelratchet.modeling.tables import read_table
from modelratchet.storage.files import digest_file


@dataclass(frozen=True)
class Slice:
    """The rows where `column` equals `category`; `rows` are their positions, `(n_rows,)`. The empty category is the missing one."""

    column: str
    category: str
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Holdout:
    """Rows that no model was fitted on, and the digest of the file they came from."""

    rows: pd.DataFrame
    digest: str

    def features(self, schema: Schema) -> pd.DataFrame:
        """The features in the order of a model's schema.

        Raises:
            DataError: a column that the model needs is missing or of the wrong type.
        """
        return features_of(self.rows, schema.numeric, schema.categorical)

    def truth(self, schema: Schema) -> Truth:
        """Class indices int64 in the schema's order, or numbers float64; `(n_rows,)`.

        Raises:
            DataError: there are no rows or no label, or a label is missing, not a number, or not one of the classes.
        """
        if schema.label not in self.rows.columns:
            raise DataError(f"the holdout has no label column {schema.label}, found {list(self.rows.columns)}")
        if not len(self.rows):
            raise DataError("the holdout is empty, expected at least one row", hint="Hold out more rows under split.")
        if schema.task.is_classification:
            return encode_labels(self.rows[schema.label], schema.classes)
        return _numbers(self.rows[schema.label])

    def slices(self, columns: tuple[str, ...]) -> Iterator[Slice]:
        """Yield every category of the columns, sorted within each.

        Raises:
            DataError: a column is missing.
        """
        self._refuse_missing("evaluate.slices or groups", columns)
        for name in columns:
            codes, categories = pd.factorize(as_category(self.rows[name]), sort=True)
            order = np.argsort(codes, kind="stable")
            ends = np.cumsum(np.bincount(codes, minlength=len(categories)))
            for category, rows in zip(categories, np.split(order, ends[:-1]), strict=True):
                yield Slice(name, str(category), rows)

    def clusters(self, column: str) -> NDArray[np.int64]:
        """A number for each row, equal where the column's value is; `(n_rows,)`. Rows without a value are one cluster.

        Raises:
            DataError: the column is missing, or has fewer than two values.
        """
        self._refuse_missing("compare.cluster", (column,))
        codes, values = pd.factorize(as_category(self.rows[column]))
        if len(values) < 2:
            raise DataError(
                f"compare.cluster names {column}, which has one value only in {len(codes):,} held-out rows: nothing varies between clusters",
                hint="Hold out more rows under split, or name another column.",
            )
        return codes.astype(np.int64)

    def _refuse_missing(self, setting: str, columns: tuple[str, ...]) -> None:
        missing = [name for name in columns if name not in self.rows.columns]
        if missing:
            raise DataError(
                f"{setting} names {missing}, found columns {list(self.rows.columns)}",
                hint="Name it under columns.kept if it is no feature.",
            )


def read_holdout(path: Path) -> Holdout:
    """Read the held-out rows and digest their file."""
    return Holdout(read_table(path), digest_file(path))


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    try:
        values = column.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"label {column.name} is not numeric: {error}") from error
    if not np.isfinite(values).all():
        raise DataError(f"label {column.name} is missing or infinite in {np.count_nonzero(~np.isfinite(values))} rows")
    return values
