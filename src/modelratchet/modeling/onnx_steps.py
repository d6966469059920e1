"""Walks the transformers of a scikit-learn pipeline and emits each one.

Steps with an exporter of our own go through it; every other is converted alone by skl2onnx (`onnx_foreign`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn import compose, impute, pipeline, preprocessing

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_categories import export_one_hot, export_ordinal
from modelratchet.modeling.onnx_columns import Matrix, Table, Value, as_matrix, concat, select
from modelratchet.modeling.onnx_foreign import export_foreign_transformer
from modelratchet.modeling.onnx_graph import GraphBuilder
from modelratchet.modeling.onnx_numbers import (
    export_imputer,
    export_max_abs_scaler,
    export_robust_scaler,
    export_standard_scaler,
)

_Exporter = Callable[[GraphBuilder, Any, Matrix, str], Matrix]

_EXPORTERS: Mapping[type, _Exporter] = {
    impute.SimpleImputer: export_imputer,
    preprocessing.StandardScaler: export_standard_scaler,
    preprocessing.RobustScaler: export_robust_scaler,
    preprocessing.MaxAbsScaler: export_max_abs_scaler,
    preprocessing.OneHotEncoder: export_one_hot,
    preprocessing.OrdinalEncoder: export_ordinal,
}


def export_step(builder: GraphBuilder, step: Any, value: Value, path: str) -> Value:
    """Emit one fitted transformer.

    Args:
        builder: the graph so far.
        step: a fitted transformer, `passthrough` or None.
        value: what it gets.
        path: how messages name it, `columns > numeric > impute`.

    Raises:
        ConversionError: ONNX cannot express it.
    """
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return value
    if type(step) is pipeline.Pipeline:
        return export_steps(builder, step.steps, value, path)
    if type(step) is compose.ColumnTransformer:
        return _export_columns(builder, step, value, path)
    if type(step) is pipeline.FeatureUnion:
        return _export_union(builder, step, value, path)
    if type(step) is preprocessing.FunctionTransformer:
        return _export_function(step, value, path)
    matrix = as_matrix(builder, value, path)
    exporter = _EXPORTERS.get(type(step))
    return (
        exporter(builder, step, matrix, path) if exporter else export_foreign_transformer(builder, step, matrix, path)
    )


def export_steps(builder: GraphBuilder, steps: Sequence[tuple[str, Any]], value: Value, path: str) -> Value:
    """Emit steps one after the other."""
    for name, step in steps:
        value = export_step(builder, step, value, f"{path} > {name}" if path else name)
    return value


def _export_columns(builder: GraphBuilder, step: Any, value: Value, path: str) -> Value:
    parts = []
    for name, transformer, columns in step.transformers_:
        indices = _positions(columns, step, value)
        if not indices or (isinstance(transformer, str) and transformer == "drop"):
            continue
        part = export_step(builder, transformer, select(builder, value, indices), f"{path} > {name}")
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    if parts and all(isinstance(part, Table) for part in parts):
        return Table(tuple(name for part in parts if isinstance(part, Table) for name in part.columns))
    return concat(builder, [as_matrix(builder, part, path) for part in parts], path)


def _export_union(builder: GraphBuilder, step: Any, value: Value, path: str) -> Value:
    if step.transformer_weights:
        raise ConversionError(f"{path} weights its transformers", hint="Leave transformer_weights out.")
    kept = [(name, part) for name, part in step.transformer_list if part != "drop"]
    parts = [export_step(builder, part, value, f"{path} > {name}") for name, part in kept]
    return concat(builder, [as_matrix(builder, part, path) for part in parts], path)


def _export_function(step: Any, value: Value, path: str) -> Value:
    if step.func is None:  # what ColumnTransformer makes of "passthrough"
        return value
    raise ConversionError(
        f"{path} is a FunctionTransformer, and ONNX cannot express Python functions",
        hint="Compute that column in rows() of pipeline/project.py, or use a transformer such as PolynomialFeatures, "
        "KBinsDiscretizer or PowerTransformer.",
    )


def _positions(columns: Any, step: Any, value: Value) -> list[int]:
    """A ColumnTransformer's columns as positions; it may name them, count them, slice them or mask them."""
    if isinstance(columns, (str, int)):
        columns = [columns]
    if isinstance(columns, slice) and not any(isinstance(end, str) for end in (columns.start, columns.stop)):
        return list(range(value.width))[columns]
    names = [
        str(name) for name in getattr(step, "feature_names_in_", value.columns if isinstance(value, Table) else [])
    ]
    if isinstance(columns, slice):  # by name, and then the end belongs to it
        start = names.index(columns.start) if columns.start is not None else 0
        end = names.index(columns.stop) + 1 if columns.stop is not None else len(names)
        return list(range(start, end))[:: columns.step]
    values = list(columns)
    if values and all(isinstance(item, (bool, np.bool_)) for item in values):
        return [int(index) for index in np.flatnonzero(values)]
    return [names.index(str(item)) if isinstance(item, str) else int(item) % value.width for item in values]
