"""Exporters of imputers and scalers, in double and in scikit-learn's own order of operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_columns import Matrix, Origin, concat, select
from modelratchet.modeling.onnx_graph import GraphBuilder


def export_imputer(builder: GraphBuilder, step: Any, matrix: Matrix, path: str) -> Matrix:
    """SimpleImputer, its indicator columns too; columns that were empty in training are dropped as it does."""
    statistics = np.asarray(step.statistics_)
    if matrix.kind == "text":
        return _impute_text(builder, step, matrix, path)
    if not _is_nan(step.missing_values):
        raise ConversionError(
            f"{path} imputes {step.missing_values!r}, expected NaN", hint="Leave missing_values at its default."
        )
    values = statistics.astype(np.float64)
    kept = np.flatnonzero(~np.isnan(values))
    source = select(builder, matrix, kept.tolist())
    assert isinstance(source, Matrix)
    fill = values[kept]
    is_missing = builder.add("IsNaN", [source.name])
    name = builder.add("Where", [is_missing, builder.constant(fill), source.name])
    imputed = Matrix(name, "number", source.is_float32 and _fits_float32(fill), source.origins)
    if step.indicator_ is None:
        return imputed
    flagged = select(builder, matrix, [int(index) for index in step.indicator_.features_])
    assert isinstance(flagged, Matrix)
    flags = builder.cast(builder.add("IsNaN", [flagged.name]), TensorProto.DOUBLE)
    return concat(builder, [imputed, Matrix(flags, "number", True, (None,) * flagged.width)], path)


def export_standard_scaler(builder: GraphBuilder, step: Any, matrix: Matrix, _path: str) -> Matrix:
    """StandardScaler: subtract, then divide."""
    return _scale(builder, matrix, step.mean_ if step.with_mean else None, step.scale_ if step.with_std else None)


def export_robust_scaler(builder: GraphBuilder, step: Any, matrix: Matrix, _path: str) -> Matrix:
    """RobustScaler: subtract, then divide."""
    center = step.center_ if step.with_centering else None
    return _scale(builder, matrix, center, step.scale_ if step.with_scaling else None)


def export_max_abs_scaler(builder: GraphBuilder, step: Any, matrix: Matrix, _path: str) -> Matrix:
    """MaxAbsScaler without clipping: divide."""
    if getattr(step, "clip", False):
        raise ConversionError(f"{_path} clips, which the export does not know", hint="Set clip=False.")
    return _scale(builder, matrix, None, step.scale_)


def _scale(
    builder: GraphBuilder, matrix: Matrix, center: NDArray[np.float64] | None, scale: NDArray[np.float64] | None
) -> Matrix:
    if center is None and scale is None:
        return matrix
    name = matrix.name
    if center is not None:
        name = builder.add("Sub", [name, builder.constant(np.asarray(center, np.float64))])
    if scale is not None:
        name = builder.add("Div", [name, builder.constant(np.asarray(scale, np.float64))])
    centers = np.zeros(matrix.width) if center is None else center
    scales = np.ones(matrix.width) if scale is None else scale
    origins = tuple(map(_moved, matrix.origins, centers, scales))
    return Matrix(name, "number", False, origins)


def _moved(origin: Origin | None, center: float, scale: float) -> Origin | None:
    if origin is None:
        return None
    return Origin(origin.column, origin.center + float(center) * origin.scale, origin.scale * float(scale))


def _impute_text(builder: GraphBuilder, step: Any, matrix: Matrix, path: str) -> Matrix:
    if step.indicator_ is not None:
        raise ConversionError(f"{path} adds indicators of missing text", hint="Encode text columns instead.")
    if not isinstance(step.missing_values, str):
        return matrix  # a missing category is the empty string here, so there is nothing else to impute
    missing = builder.add("Equal", [matrix.name, builder.texts([step.missing_values])])
    fill = builder.texts([str(value) for value in step.statistics_])
    return Matrix(builder.add("Where", [missing, fill, matrix.name]), "text", True, matrix.origins)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and np.isnan(value)


def _fits_float32(values: NDArray[np.float64]) -> bool:
    return bool((values.astype(np.float32).astype(np.float64) == values).all())
