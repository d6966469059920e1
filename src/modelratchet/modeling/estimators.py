"""The estimators that one line of `params.yaml` chooses, each a whole scikit-learn Pipeline.

Preprocessing is inside, so the served graph takes raw columns. Called by the `train` stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from modelratchet.core.tasks import Task
from modelratchet.errors import InputError


@dataclass(frozen=True)
class EstimatorChoice:
    """Which estimator to fit, on what.

    `options` are the keywords of its block in `params.yaml`; `numeric` and `categorical` name the columns in order.
    """

    name: str
    options: Mapping[str, Any]
    task: Task
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    seed: int


def build_estimator(choice: EstimatorChoice) -> Pipeline:
    """The unfitted pipeline.

    Raises:
        InputError: no estimator has that name.
    """
    if choice.name not in _BUILDERS:
        raise InputError(
            f"train.estimator is {choice.name!r}, expected one of {', '.join(_BUILDERS)}", hint="Mend params.yaml."
        )
    return _BUILDERS[choice.name](choice)


def _hist_gradient_boosting(choice: EstimatorChoice) -> Pipeline:
    """Numbers as they are, missing ones too; an unknown category counts as missing."""
    kind = HistGradientBoostingClassifier if choice.task.is_classification else HistGradientBoostingRegressor
    # early stopping would hold rows back at random above 10,000 rows; max_iter shall mean what it says
    model = kind(**choice.options, early_stopping=False, random_state=choice.seed)
    return _pipeline(choice, "passthrough", _ordinal(np.nan), model)


def _gradient_boosting(choice: EstimatorChoice) -> Pipeline:
    kind = GradientBoostingClassifier if choice.task.is_classification else GradientBoostingRegressor
    return _pipeline(choice, _median(), _ordinal(-1), kind(**choice.options, random_state=choice.seed))


def _random_forest(choice: EstimatorChoice) -> Pipeline:
    """Ordinal categories: one-hot would make 100 columns of a destination, and hide it from most splits."""
    kind = RandomForestClassifier if choice.task.is_classification else RandomForestRegressor
    model = kind(**choice.options, random_state=choice.seed, n_jobs=-1)
    return _pipeline(choice, _median(), _ordinal(-1), model)


def _logistic_regression(choice: EstimatorChoice) -> Pipeline:
    """Logistic regression; for numbers ridge, whose alpha is 1 / C."""
    options = dict(choice.options)
    if choice.task.is_classification:
        model = LogisticRegression(**options, random_state=choice.seed)
    else:
        model = Ridge(alpha=1.0 / options.get("C", 1.0))
    numbers = make_pipeline(_median(), StandardScaler())
    return _pipeline(choice, numbers, OneHotEncoder(handle_unknown="ignore"), model)


_BUILDERS: Mapping[str, Callable[[EstimatorChoice], Pipeline]] = {
    "hist_gradient_boosting": _hist_gradient_boosting,
    "gradient_boosting": _gradient_boosting,
    "random_forest": _random_forest,
    "logistic_regression": _logistic_regression,
}


def _pipeline(choice: EstimatorChoice, numbers: Any, categories: Any, model: Any) -> Pipeline:
    parts = [("numeric", numbers, list(choice.numeric)), ("categorical", categories, list(choice.categorical))]
    columns = ColumnTransformer([part for part in parts if part[2]])
    return Pipeline([("columns", columns), ("model", model)])


def _median() -> SimpleImputer:
    return SimpleImputer(strategy="median")


def _ordinal(unknown: float) -> OrdinalEncoder:
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=unknown)
