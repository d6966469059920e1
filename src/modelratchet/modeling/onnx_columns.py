"""What flows through a graph while it is built: columns of the inputs, then matrices of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from onnx import TensorProto

from modelratchet.core.schema import CATEGORICAL_INPUT, NUMERIC_INPUT
from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_graph import GraphBuilder


@dataclass(frozen=True)
class Origin:
    """A matrix column made of one column: `(column - center) / scale` of a number that is not missing, or a category's code."""

    column: str
    center: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Table:
    """Columns of the graph's inputs, by name; not a tensor yet."""

    columns: tuple[str, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)


@dataclass(frozen=True)
class Matrix:
    """A tensor `(n_rows, width)`: doubles, or strings.

    `is_float32` tells that every value is one that float32 can hold, so that rounding to it is superfluous.
    `origins` says where a column comes from, None where there is no simple answer.
    """

    name: str
    kind: Literal["number", "text"]
    is_float32: bool
    origins: tuple[Origin | None, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.origins)


Value = Table | Matrix


def select(builder: GraphBuilder, value: Value, indices: Sequence[int]) -> Value:
    """Take columns by position, in the order given."""
    if isinstance(value, Table):
        return Table(tuple(value.columns[index] for index in indices))
    if list(indices) == list(range(value.width)):
        return value
    name = builder.add("Gather", [value.name, builder.constant(np.asarray(indices, np.int64))], axis=1)
    return Matrix(name, value.kind, value.is_float32, tuple(value.origins[index] for index in indices))


def as_matrix(builder: GraphBuilder, value: Value, path: str) -> Matrix:
    """Put columns into one tensor; the inputs are used as they are when they match.

    Raises:
        ConversionError: numbers and text in one matrix.
    """
    if isinstance(value, Matrix):
        return value
    numbers = [name for name in value.columns if name in builder.numeric]
    texts = [name for name in value.columns if name in builder.categorical]
    if numbers and texts:
        raise ConversionError(
            f"{path} gets numbers ({', '.join(numbers[:3])}) and text ({', '.join(texts[:3])}) together",
            hint="Encode text columns in a ColumnTransformer first.",
        )
    whole = _text_input(builder) if texts else _number_input(builder)
    names = builder.categorical if texts else builder.numeric
    matrix = select(builder, whole, [names.index(name) for name in value.columns])
    assert isinstance(matrix, Matrix)
    return matrix


def concat(builder: GraphBuilder, parts: Sequence[Matrix], path: str) -> Matrix:
    """Put matrices side by side.

    Raises:
        ConversionError: numbers beside text.
    """
    if not parts:
        raise ConversionError(f"{path} has no columns", hint="Give at least one transformer some columns.")
    if len({part.kind for part in parts}) > 1:
        raise ConversionError(f"{path} puts text beside numbers", hint="Encode or drop the text columns.")
    if len(parts) == 1:
        return parts[0]
    name = builder.add("Concat", [part.name for part in parts], axis=1)
    origins = tuple(origin for part in parts for origin in part.origins)
    return Matrix(name, parts[0].kind, all(part.is_float32 for part in parts), origins)


def rounded_to_float32(builder: GraphBuilder, matrix: Matrix) -> Matrix:
    """Round as scikit-learn's trees do with their input; the result is still double."""
    if matrix.is_float32:
        return matrix
    single = builder.cast(matrix.name, TensorProto.FLOAT)
    return Matrix(builder.cast(single, TensorProto.DOUBLE), matrix.kind, True, matrix.origins)


def _number_input(builder: GraphBuilder) -> Matrix:
    name = builder.cast(NUMERIC_INPUT, TensorProto.DOUBLE)
    return Matrix(name, "number", True, tuple(Origin(column) for column in builder.numeric))


def _text_input(builder: GraphBuilder) -> Matrix:
    return Matrix(CATEGORICAL_INPUT, "text", True, tuple(Origin(column) for column in builder.categorical))
