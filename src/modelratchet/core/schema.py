"""What a model takes and what it answers: `schema.json` of a bundle.

The graph has at most two inputs: `numeric`, float32 `(n_rows, n_numeric)`, and `categorical`, strings
`(n_rows, n_categorical)`; the columns stand in the order given here. A missing number is NaN, a missing
category the empty string. A classifier answers `label`, int64 `(n_rows,)`, an index into `classes`, and
`probabilities`, float32 `(n_rows, n_classes)`; a regressor answers `prediction`, float32 `(n_rows,)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from modelratchet.core.tasks import Task

NUMERIC_INPUT = "numeric"
CATEGORICAL_INPUT = "categorical"
LABEL_OUTPUT = "label"
PROBABILITIES_OUTPUT = "probabilities"
PREDICTION_OUTPUT = "prediction"
MISSING_CATEGORY = ""


@dataclass(frozen=True)
class Column:
    """One feature, with what the training rows showed of it.

    `minimum` and `maximum` are over the training rows (None for categories, and where every value was
    missing); `categories` are sorted and without the missing one (empty for numbers). `allows_missing` tells
    whether a missing value was seen in training.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    allows_missing: bool
    minimum: float | None
    maximum: float | None
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Schema:
    """Columns in graph order, and the meaning of the answer.

    `classes` are the label's values as text, in the order of the probability columns; empty for regression.
    For a binary task the last class is the positive one.
    """

    FORMAT: ClassVar[str] = "modelratchet/schema"
    VERSION: ClassVar[int] = 1

    model: str
    task: Task
    label: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def numeric(self) -> tuple[str, ...]:
        """Names of the numeric columns, in the order of the `numeric` input."""
        return tuple(column.name for column in self.columns if column.kind == "numeric")

    @property
    def categorical(self) -> tuple[str, ...]:
        """Names of the categorical columns, in the order of the `categorical` input."""
        return tuple(column.name for column in self.columns if column.kind == "categorical")
