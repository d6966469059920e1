"""Exporters of the final estimators: which ensemble or matrix product, and which tie rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import ensemble, linear_model, tree

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_answers import Classified, answer_log_odds, answer_logits, answer_pair, answer_shares
from modelratchet.modeling.onnx_columns import Matrix, rounded_to_float32
from modelratchet.modeling.onnx_graph import GraphBuilder
from modelratchet.modeling.onnx_trees import (
    Ensemble,
    export_ensemble,
    forest_of,
    gradient_boosting_of,
    hist_gradient_boosting_of,
)

FORESTS = (
    ensemble.RandomForestClassifier,
    ensemble.ExtraTreesClassifier,
    tree.DecisionTreeClassifier,
    tree.ExtraTreeClassifier,
    ensemble.RandomForestRegressor,
    ensemble.ExtraTreesRegressor,
    tree.DecisionTreeRegressor,
    tree.ExtraTreeRegressor,
)
BOOSTED = (ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor)
HISTOGRAM = (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor)
LINEAR = (linear_model.LinearRegression, linear_model.Ridge, linear_model.Lasso, linear_model.ElasticNet)


def ensemble_of(estimator: Any, path: str) -> Ensemble | None:
    """The trees of an estimator that is made of them, None for all others."""
    if type(estimator) in FORESTS:
        return forest_of(estimator)
    if type(estimator) in BOOSTED:
        return gradient_boosting_of(estimator)
    if type(estimator) in HISTOGRAM:
        return hist_gradient_boosting_of(estimator, path)
    return None


def export_classifier(builder: GraphBuilder, estimator: Any, matrix: Matrix, path: str) -> Classified | None:
    """Emit a classifier; None when it is not one of the known ones."""
    trees = ensemble_of(estimator, path)
    if trees is not None:
        return _classify_by_trees(builder, estimator, trees, matrix)
    if type(estimator) in (linear_model.LogisticRegression, linear_model.LogisticRegressionCV):
        return _classify_linearly(builder, estimator, matrix)
    return None


def export_regressor(builder: GraphBuilder, estimator: Any, matrix: Matrix, path: str) -> str | None:
    """Emit a regressor, doubles `(n_rows, 1)`; None when it is not one of the known ones."""
    trees = ensemble_of(estimator, path)
    if trees is not None:
        return _regress_by_trees(builder, estimator, trees, matrix, path)
    if type(estimator) in LINEAR:
        coefficients = np.asarray(estimator.coef_, np.float64).reshape(1, -1)
        return _product(builder, matrix, coefficients, np.atleast_1d(np.asarray(estimator.intercept_, np.float64)))
    return None


def _classify_by_trees(builder: GraphBuilder, estimator: Any, trees: Ensemble, matrix: Matrix) -> Classified:
    n_classes = len(estimator.classes_)
    raw = export_ensemble(builder, _tree_input(builder, estimator, matrix).name, trees)
    if type(estimator) in FORESTS:
        return answer_shares(builder, raw, len(getattr(estimator, "estimators_", [estimator])), n_classes)
    if n_classes > 2:
        return answer_logits(builder, raw, n_classes)
    # scikit-learn's two boosters decide log-odds of exactly 0 differently
    return answer_log_odds(builder, raw, tie_is_positive=type(estimator) in BOOSTED)


def _regress_by_trees(builder: GraphBuilder, estimator: Any, trees: Ensemble, matrix: Matrix, path: str) -> str:
    raw = export_ensemble(builder, _tree_input(builder, estimator, matrix).name, trees)
    members = len(getattr(estimator, "estimators_", [estimator])) if type(estimator) in FORESTS else 1
    if members > 1:
        raw = builder.add("Div", [raw, builder.constant(np.array(float(members)))])
    if type(estimator) in HISTOGRAM and estimator.loss in ("poisson", "gamma"):
        raw = builder.add("Exp", [raw])
    elif getattr(estimator, "loss", "squared_error") == "log_loss":
        raise ConversionError(f"{path} has an unknown loss {estimator.loss}", hint="Use squared_error.")
    return raw


def _tree_input(builder: GraphBuilder, estimator: Any, matrix: Matrix) -> Matrix:
    """All trees but the histogram ones read their input as float32."""
    return matrix if type(estimator) in HISTOGRAM else rounded_to_float32(builder, matrix)


def _classify_linearly(builder: GraphBuilder, estimator: Any, matrix: Matrix) -> Classified:
    coefficients, intercept = np.asarray(estimator.coef_, np.float64), np.asarray(estimator.intercept_, np.float64)
    if len(estimator.classes_) > 2:
        return answer_logits(builder, _product(builder, matrix, coefficients, intercept), len(estimator.classes_))
    pair = np.concatenate([-coefficients, coefficients]), np.concatenate([-intercept, intercept])
    return answer_pair(builder, _product(builder, matrix, *pair), tie_is_positive=False)


def _product(builder: GraphBuilder, matrix: Matrix, coefficients: Any, intercept: Any) -> str:
    weights, bias = builder.constant(np.ascontiguousarray(coefficients.T)), builder.constant(intercept)
    return builder.add("Gemm", [matrix.name, weights, bias])
