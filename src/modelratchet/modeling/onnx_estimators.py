"""Emits the last step of a pipeline: scores in double, the label by scikit-learn's own rule.

Every emitter returns the names of label and probabilities (classifier), or of the prediction (regressor). A sum of zero goes
where scikit-learn sends it: class 0 in histogram gradient boosting and linear models, class 1 in gradient boosting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_graph import Block, GraphBuilder
from modelratchet.modeling.onnx_transformers import NotEmittedError
from modelratchet.modeling.onnx_trees import (
    Tree,
    constant_tree,
    emit_boosted,
    emit_forest,
    tree_of_histogram,
    tree_of_sklearn,
)


@dataclass(frozen=True)
class Answers:
    """Names in the graph: `label` and `probabilities` are empty for a regressor, `prediction` for a classifier."""

    label: str = ""
    probabilities: str = ""
    prediction: str = ""


def emit_estimator(graph: GraphBuilder, estimator: Any, block: Block) -> Answers:
    """Emit a fitted estimator.

    Raises:
        NotEmittedError: it is not one of those known here.
        ConversionError: it is, but with an option that ONNX cannot express.
    """
    emit = _EMITTERS.get(type(estimator))
    if emit is None:
        raise NotEmittedError(type(estimator).__name__)
    return emit(graph, estimator, block)


def _forest_classifier(graph: GraphBuilder, estimator: Any, block: Block) -> Answers:
    members = getattr(estimator, "estimators_", [estimator])
    trees = [tree_of_sklearn(member.tree_, member.tree_.value[:, 0, :].astype(np.float64)) for member in members]
    label, sums = emit_forest(graph, _rounded(graph, block), trees)
    return Answers(label, graph.add("Div", [sums, graph.constant(float(len(trees)), np.float32)]))


def _forest_regressor(graph: GraphBuilder, estimator: Any, block: Block) -> Answers:
    members = getattr(estimator, "estimators_", [estimator])
    trees = [tree_of_sklearn(member.tree_, member.tree_.value[:, :, 0].astype(np.float64)) for member in members]
    sums = emit_boosted(graph, _rounded(graph, block), trees, [0] * len(trees))
    return Answers(prediction=graph.add("Div", [sums, graph.constant(float(len(trees)), np.float64)]))


def _gradient_boosting(graph: GraphBuilder, estimator: Any, block: Block) -> Answers:
    if estimator.init is not None and estimator.init != "zero":
        raise ConversionError(
            f"{type(estimator).__name__} starts from an estimator of its own (init), which cannot be converted",
            hint="Leave init out, or set it to 'zero'.",
        )
    start = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), np.float32))[0]  # noqa: SLF001 - no public way
    trees = [constant_tree(float(value)) for value in start]
    targets = list(range(len(start)))
    for stage in estimator.estimators_:
        for target, member in enumerate(stage):
            trees.append(tree_of_sklearn(member.tree_, estimator.learning_rate * member.tree_.value[:, :, 0]))
            targets.append(target)
    raw = emit_boosted(graph, _rounded(graph, block), trees, targets)
    if not hasattr(estimator, "classes_"):
        return Answers(prediction=raw)
    if getattr(estimator, "loss", "log_loss") != "log_loss":
        raise NotEmittedError("GradientBoostingClassifier with another loss")
    return _softmax(graph, raw) if len(start) > 1 else _sigmoid(graph, raw, "GreaterOrEqual")


def _histogram_boosting(graph: GraphBuilder, estimator: Any, block: Block) -> Answers:
    if estimator.is_categorical_ is not None:
        raise ConversionError(
            f"{type(estimator).__name__} with categorical_features cannot be converted exactly",
            hint="Put an OrdinalEncoder in front of it and leave categorical_features out.",
        )
    start = np.ravel(estimator._baseline_prediction)  # noqa: SLF001 - no public way
    trees: list[Tree] = [constant_tree(float(value)) for value in start]
    targets = list(range(len(start)))
    for iteration in estimator._predictors:  # noqa: SLF001 - no public way
        trees += [tree_of_histogram(predictor.nodes) for predictor in iteration]
        targets += range(len(iteration))
    raw = emit_boosted(graph, block.name, trees, targets)
    if hasattr(estimator, "classes_"):
        return _softmax(graph, raw) if len(start) > 1 else _sigmoid(graph, raw, "Greater")
    if estimator.loss in ("poisson", "gamma"):
        return Answers(prediction=graph.add("Exp", [raw]))
    return Answers(prediction=raw)


def _linear_classifier(graph: GraphBuilder, estimator: LogisticRegression, block: Block) -> Answers:
    raw = _affine(graph, block, estimator.coef_, estimator.intercept_)
    return _sigmoid(graph, raw, "Greater") if len(estimator.coef_) == 1 else _softmax(graph, raw)


def _linear_regressor(graph: GraphBuilder, estimator: Any, block: Block) -> Answers:
    coefficients = np.atleast_2d(estimator.coef_)
    return Answers(prediction=_affine(graph, block, coefficients, np.atleast_1d(estimator.intercept_)))


def _affine(graph: GraphBuilder, block: Block, coefficients: NDArray[Any], intercept: NDArray[Any]) -> str:
    weights = graph.constant(coefficients.T, np.float64)
    return graph.add("Gemm", [block.name, weights, graph.constant(intercept, np.float64)])


def _sigmoid(graph: GraphBuilder, raw: str, comparison: str) -> Answers:
    positive = graph.add("Sigmoid", [raw])
    negative = graph.add("Sub", [graph.constant(1.0, np.float64), positive])
    is_positive = graph.add(comparison, [raw, graph.constant(0.0, np.float64)])
    flat = graph.add("Reshape", [is_positive, graph.constant([-1], np.int64)])
    return Answers(graph.add("Cast", [flat], to=TensorProto.INT64), graph.add("Concat", [negative, positive], axis=1))


def _softmax(graph: GraphBuilder, raw: str) -> Answers:
    return Answers(graph.add("ArgMax", [raw], axis=1, keepdims=0), graph.add("Softmax", [raw], axis=1))


def _rounded(graph: GraphBuilder, block: Block) -> str:
    """Trees other than the histogram ones round their input to float32 before they compare it."""
    if block.is_float32:
        return block.name
    return graph.add("Cast", [graph.add("Cast", [block.name], to=TensorProto.FLOAT)], to=TensorProto.DOUBLE)


_EMITTERS: dict[type, Callable[[GraphBuilder, Any, Block], Answers]] = {
    **dict.fromkeys((RandomForestClassifier, ExtraTreesClassifier, DecisionTreeClassifier), _forest_classifier),
    **dict.fromkeys((RandomForestRegressor, ExtraTreesRegressor, DecisionTreeRegressor), _forest_regressor),
    **dict.fromkeys((GradientBoostingClassifier, GradientBoostingRegressor), _gradient_boosting),
    **dict.fromkeys((HistGradientBoostingClassifier, HistGradientBoostingRegressor), _histogram_boosting),
    LogisticRegression: _linear_classifier,
    **dict.fromkeys((LinearRegression, Ridge), _linear_regressor),
}
