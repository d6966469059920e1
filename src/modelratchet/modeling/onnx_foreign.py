"""Steps that have no exporter here: skl2onnx converts the step alone, and its nodes are put into our graph.

Nothing of skl2onnx is trusted with data types or missing values: the parity stage looks at what came out.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_answers import Classified
from modelratchet.modeling.onnx_columns import Matrix
from modelratchet.modeling.onnx_graph import ML_OPSET_CLASSIC, OPSET, GraphBuilder

INSTEAD = {
    "VotingClassifier": "Use VotingClassifier(flatten_transform=False) as the last step, or one of its members.",
    "KNeighborsClassifier": "Use hist_gradient_boosting or random_forest.",
    "Pipeline": "Use its steps directly.",
}
_OTHERWISE = (
    "Use hist_gradient_boosting, gradient_boosting, random_forest or logistic_regression, or scale, impute and "
)
_OTHERWISE += "encode with SimpleImputer, StandardScaler, OrdinalEncoder or OneHotEncoder."


def export_foreign_transformer(builder: GraphBuilder, step: Any, matrix: Matrix, path: str) -> Matrix:
    """Emit a transformer through skl2onnx."""
    outputs = _embed(builder, step, matrix, path)
    name, kind = outputs[0]
    if kind == TensorProto.STRING:
        return Matrix(name, "text", True, (None,) * _width(step, matrix))
    double = name if kind == TensorProto.DOUBLE else builder.cast(name, TensorProto.DOUBLE)
    return Matrix(double, "number", kind == TensorProto.FLOAT, (None,) * _width(step, matrix))


def export_foreign_classifier(builder: GraphBuilder, estimator: Any, matrix: Matrix, path: str) -> Classified:
    """Emit a classifier through skl2onnx.

    Raises:
        ConversionError: skl2onnx has no converter, or the estimator knows no probabilities.
    """
    if not hasattr(estimator, "predict_proba"):
        raise ConversionError(
            f"{path} ({type(estimator).__name__}) answers no probabilities",
            hint="Use an estimator with predict_proba, or wrap it in CalibratedClassifierCV.",
        )
    (label, kind), (probabilities, probabilities_kind) = _embed(builder, estimator, matrix, path)[:2]
    label = label if kind == TensorProto.INT64 else builder.cast(label, TensorProto.INT64)
    if probabilities_kind != TensorProto.FLOAT:
        probabilities = builder.cast(probabilities, TensorProto.FLOAT)
    return Classified(label, probabilities, len(estimator.classes_))


def export_foreign_regressor(builder: GraphBuilder, estimator: Any, matrix: Matrix, path: str) -> str:
    """Emit a regressor through skl2onnx, doubles `(n_rows, 1)`."""
    name, kind = _embed(builder, estimator, matrix, path)[0]
    return name if kind == TensorProto.DOUBLE else builder.cast(name, TensorProto.DOUBLE)


def _embed(builder: GraphBuilder, step: Any, matrix: Matrix, path: str) -> list[tuple[str, int]]:
    """Convert, rename everything by order of appearance, and append; gives the outputs' names and types."""
    _refuse_infinite_thresholds(step, path)
    graph = _convert(step, matrix, path)
    names = {graph.input[0].name: _typed_input(builder, matrix, graph.input[0])}
    for initializer in graph.initializer:
        names[initializer.name] = _take_constant(builder, initializer)
    for node in graph.node:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.name = ""
        for index, name in enumerate(node.input):
            copy.input[index] = names[name] if name else ""
        for index, name in enumerate(node.output):
            names[name] = builder.new_name() if name else ""
            copy.output[index] = names[name]
        builder.add_foreign(copy)
    return [(names[output.name], output.type.tensor_type.elem_type) for output in graph.output]


def _convert(step: Any, matrix: Matrix, path: str) -> onnx.GraphProto:
    # skl2onnx is slow to import, and most pipelines need none of it
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType

    shape = [None, matrix.width]
    kinds = [StringTensorType] if matrix.kind == "text" else [DoubleTensorType, FloatTensorType]
    options = {id(step): {"zipmap": False}} if hasattr(step, "classes_") else None
    failures = []
    for kind in kinds:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                opsets = {"": OPSET, "ai.onnx.ml": ML_OPSET_CLASSIC}
                model = convert_sklearn(
                    step, "step", initial_types=[("X", kind(shape))], options=options, target_opset=opsets
                )
            _check_runs(model)
            return model.graph
        except Exception as error:  # noqa: BLE001 - skl2onnx and the runtime raise what they like
            failures.append(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
    name = type(step).__name__
    raise ConversionError(
        f"{path} ({name}) cannot be written as ONNX; {failures[-1]}", hint=INSTEAD.get(name, _OTHERWISE)
    )


def _check_runs(model: onnx.ModelProto) -> None:
    import onnxruntime

    onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def _typed_input(builder: GraphBuilder, matrix: Matrix, info: onnx.ValueInfoProto) -> str:
    is_single = info.type.tensor_type.elem_type == TensorProto.FLOAT
    return builder.cast(matrix.name, TensorProto.FLOAT) if is_single else matrix.name


def _take_constant(builder: GraphBuilder, initializer: onnx.TensorProto) -> str:
    if initializer.data_type == TensorProto.STRING:
        return builder.texts([value.decode() for value in initializer.string_data])
    return builder.constant(numpy_helper.to_array(initializer))


def _width(step: Any, matrix: Matrix) -> int:
    """Number of columns that a fitted transformer makes."""
    return len(step.get_feature_names_out([f"c{index}" for index in range(matrix.width)]))


def _refuse_infinite_thresholds(step: Any, path: str) -> None:
    """Refuse what makes skl2onnx 1.20 run for ever: a nested tree that splits on missing against present.

    scikit-learn writes an infinite threshold there, and the converter's search for the nearest float32 never ends.
    """
    for tree in _nested_trees(step, set()):
        if not np.isfinite(tree.threshold).all():
            raise ConversionError(
                f"{path} ({type(step).__name__}) holds trees that split on whether a value is missing",
                hint="Put SimpleImputer(strategy='median') in front of it.",
            )


def _nested_trees(part: Any, seen: set[int]) -> Iterator[Any]:
    if id(part) in seen:
        return
    seen.add(id(part))
    if hasattr(part, "tree_"):
        yield part.tree_
    inner: Iterable[Any] = part if isinstance(part, (list, tuple)) else ()
    if isinstance(part, np.ndarray) and part.dtype == object:
        inner = part.ravel()
    elif type(part).__module__.startswith("sklearn.") and hasattr(part, "__dict__"):
        inner = list(vars(part).values())
    for value in inner:
        yield from _nested_trees(value, seen)
