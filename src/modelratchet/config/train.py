"""Block `train` of `params.yaml`: the estimator that one line chooses, and the options of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from modelratchet.config.settings import Positive, Settings


class HistGradientBoosting(Settings):
    """Options of scikit-learn's histogram gradient boosting."""

    max_iter: Positive = 150
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    max_leaf_nodes: Annotated[int, Field(ge=2)] = 31
    min_samples_leaf: Positive = 20
    l2_regularization: Annotated[float, Field(ge=0.0)] = 0.0


class GradientBoosting(Settings):
    """Options of scikit-learn's exact gradient boosting; slow above some 50,000 rows."""

    n_estimators: Positive = 100
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    max_depth: Positive = 3
    min_samples_leaf: Positive = 1
    subsample: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0


class RandomForest(Settings):
    """Options of scikit-learn's random forest."""

    n_estimators: Positive = 100
    max_depth: Positive | None = 12
    min_samples_leaf: Positive = 5
    max_features: Annotated[float, Field(gt=0.0, le=1.0)] | Literal["sqrt", "log2"] = "sqrt"


class LogisticRegression(Settings):
    """Options of scikit-learn's logistic regression (regression: of ridge, with alpha = 1 / C)."""

    C: Annotated[float, Field(gt=0.0)] = 1.0
    max_iter: Positive = 300


class Train(Settings):
    """The estimator, and the options of each, so that one line changes it."""

    estimator: Literal[
        "hist_gradient_boosting", "gradient_boosting", "random_forest", "logistic_regression", "project"
    ] = Field(description="project calls estimator() in pipeline/project.py")
    hist_gradient_boosting: HistGradientBoosting = HistGradientBoosting()
    gradient_boosting: GradientBoosting = GradientBoosting()
    random_forest: RandomForest = RandomForest()
    logistic_regression: LogisticRegression = LogisticRegression()
    project: dict[str, Any] = Field(default_factory=dict, description="handed to estimator() as keywords")
