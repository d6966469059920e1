"""Exporters of category encoders: one look-up of all text at once, then a table per column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_columns import Matrix
from modelratchet.modeling.onnx_graph import ML_DOMAIN, GraphBuilder

_UNKNOWN = -1


def export_ordinal(builder: GraphBuilder, step: Any, matrix: Matrix, path: str) -> Matrix:
    """OrdinalEncoder with `handle_unknown="use_encoded_value"`, infrequent categories too."""
    _check(
        matrix, path, step.handle_unknown == "use_encoded_value", "handle_unknown='use_encoded_value', unknown_value=-1"
    )
    columns = [_codes(step, index, drop=None) for index in range(matrix.width)]
    codes = _look_up(builder, matrix, columns, float(step.unknown_value))
    return Matrix(codes, "number", True, matrix.origins)


def export_one_hot(builder: GraphBuilder, step: Any, matrix: Matrix, path: str) -> Matrix:
    """OneHotEncoder: looks each text up once, then compares all output columns in one operation."""
    _check(matrix, path, step.handle_unknown in ("ignore", "infrequent_if_exist"), "handle_unknown='ignore'")
    drops = step.drop_idx_ if step.drop_idx_ is not None else [None] * matrix.width
    has_groups = any(groups is not None for groups in _infrequent(step, matrix.width))
    if has_groups and any(drop is not None for drop in drops):
        raise ConversionError(f"{path} both drops and groups categories", hint="Use drop or min_frequency, not both.")
    if has_groups and step.handle_unknown == "infrequent_if_exist":
        raise ConversionError(f"{path} groups unknown categories", hint="Set handle_unknown='ignore'.")
    columns = [_codes(step, index, drops[index]) for index in range(matrix.width)]
    codes = _look_up(builder, matrix, columns, float(_UNKNOWN))
    places = [
        (column, code) for column, known in enumerate(columns) for code in sorted(set(known.values())) if code >= 0
    ]
    spread = builder.add(
        "Gather", [codes, builder.constant(np.array([place[0] for place in places], np.int64))], axis=1
    )
    wanted = builder.constant(np.array([place[1] for place in places], np.float64))
    hot = builder.cast(builder.add("Equal", [spread, wanted]), TensorProto.DOUBLE)
    return Matrix(hot, "number", True, tuple(matrix.origins[column] for column, _ in places))


def _codes(step: Any, column: int, drop: int | None) -> dict[str, int]:
    """Category to code; infrequent ones share the last code, a dropped one counts as unknown."""
    categories = [str(value) for value in step.categories_[column]]
    infrequent = _infrequent(step, len(step.categories_))[column]
    grouped = set() if infrequent is None else {str(value) for value in infrequent}
    frequent = [value for value in categories if value not in grouped]
    codes = {value: index for index, value in enumerate(frequent)}
    codes |= dict.fromkeys((value for value in categories if value in grouped), len(frequent))
    if drop is not None:
        codes[categories[drop]] = _UNKNOWN
    return codes


def _infrequent(step: Any, width: int) -> list[NDArray[Any] | None]:
    # the attribute exists only where grouping was asked for
    if step.min_frequency is None and step.max_categories is None:
        return [None] * width
    return list(step.infrequent_categories_)


def _look_up(builder: GraphBuilder, matrix: Matrix, columns: list[dict[str, int]], unknown: float) -> str:
    """Doubles `(n_rows, n_columns)`: each column's code of its text.

    The text is hashed once for all columns, by the union of their categories: splitting the columns costs a node each.
    """
    vocabulary = sorted({value for known in columns for value in known})
    size = len(vocabulary) + 1
    table = np.full((len(columns), size), unknown)
    for row, known in zip(table, columns, strict=True):
        row[1:] = [known.get(value, unknown) for value in vocabulary]
    if len(columns) == 1 or (table == table[0]).all():
        return _encode(builder, matrix.name, vocabulary, table[0, 1:].tolist(), unknown)
    places = _encode_places(builder, matrix.name, vocabulary)
    offsets = builder.constant(np.arange(len(columns), dtype=np.int64) * size)
    return builder.add("Gather", [builder.constant(table.ravel()), builder.add("Add", [places, offsets])])


def _encode(builder: GraphBuilder, name: str, keys: list[str], values: list[float], unknown: float) -> str:
    # codes are whole numbers below 2**24, so the operator's float32 holds them
    encoded = builder.add(
        "LabelEncoder", [name], domain=ML_DOMAIN, keys_strings=keys, values_floats=values, default_float=unknown
    )
    return builder.cast(encoded, TensorProto.DOUBLE)


def _encode_places(builder: GraphBuilder, name: str, keys: list[str]) -> str:
    places = list(range(1, len(keys) + 1))
    return builder.add(
        "LabelEncoder", [name], domain=ML_DOMAIN, keys_strings=keys, values_int64s=places, default_int64=0
    )


def _check(matrix: Matrix, path: str, takes_unknown: bool, wanted: str) -> None:
    if matrix.kind != "text":
        raise ConversionError(
            f"{path} encodes numbers as categories", hint="Name these columns under columns.categorical in params.yaml."
        )
    if not takes_unknown:
        raise ConversionError(
            f"{path} fails on categories that training did not show, and a served model must not",
            hint=f"Set {wanted}.",
        )
