"""The estimators that one line of `params.yaml` chooses from, each as a pipeline on the frame of `modeling.frames`.

Trees get numbers as they are and categories as ordinal codes; linear models get them imputed, scaled and one-hot. Histogram
gradient boosting sends missing numbers down the better side itself; the others get the median.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class EstimatorChoice:
    """What to fit. `options` are scikit-learn's own names and have been checked by `config.params`."""

    name: str
    options: Mapping[str, Any]
    task: Task
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    seed: int


def build_estimator(choice: EstimatorChoice) -> Pipeline:
    """Put an unfitted pipeline together; the same choice fitted on the same rows gives the same model."""
    return Pipeline([("columns", _columns(choice)), ("model", _model(choice))])


def _columns(choice: EstimatorChoice) -> ColumnTransformer:
    numbers: Any = SimpleImputer(strategy="median")
    codes: Any = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    if choice.name == "hist_gradient_boosting":
        numbers = "passthrough"
    elif choice.name == "logistic_regression":
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        codes = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    parts = [("numeric", numbers, list(choice.numeric)), ("categorical", codes, list(choice.categorical))]
    return ColumnTransformer([part for part in parts if part[2]])


def _model(choice: EstimatorChoice) -> Any:
    is_classification = choice.task.is_classification
    options = dict(choice.options)
    if choice.name == "logistic_regression" and not is_classification:
        # Ridge says strength, LogisticRegression its inverse
        return Ridge(alpha=1.0 / options["C"], random_state=choice.seed)
    kinds = {
        "hist_gradient_boosting": (HistGradientBoostingClassifier, HistGradientBoostingRegressor),
        "gradient_boosting": (GradientBoostingClassifier, GradientBoostingRegressor),
        "random_forest": (RandomForestClassifier, RandomForestRegressor),
        "logistic_regression": (LogisticRegression, Ridge),
    }
    kind = kinds[choice.name][0 if is_classification else 1]
    if choice.name == "hist_gradient_boosting":
        # stopping early would hold rows of its own out; how many rounds is a parameter instead
        options["early_stopping"] = False
    return kind(random_state=choice.seed, **options)
