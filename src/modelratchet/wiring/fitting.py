"""Turns the block `train` into the estimator that is fitted; the stage `train` calls it."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Protocol

from modelratchet.config.train import Train
from modelratchet.errors import ConfigError
from modelratchet.modeling.estimators import EstimatorChoice, build_estimator
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.wiring.columns import ColumnSettings, column_plan


class FitSettings(ColumnSettings, Protocol):
    """What `train` reads."""

    @property
    def seed(self) -> int:
        """All that is random follows from it."""

    @property
    def train(self) -> Train:
        """The block."""


def estimator_of(settings: FitSettings, project: ModuleType) -> Any:
    """The unfitted estimator that `train.estimator` names, or the project's own.

    Raises:
        ConfigError: it is to be the project's, which has none.
    """
    plan = column_plan(settings)
    if settings.train.estimator == "project":
        return _of_project(settings, project, plan)
    options = getattr(settings.train, settings.train.estimator).model_dump()
    choice = EstimatorChoice(
        settings.train.estimator, options, settings.task, plan.numeric, plan.categorical, settings.seed
    )
    return build_estimator(choice)


def _of_project(settings: FitSettings, project: ModuleType, plan: ColumnPlan) -> Any:
    make = getattr(project, "estimator", None)
    if make is None:
        raise ConfigError("params.yaml", ["train.estimator is project, but pipeline/project.py has no estimator()"])
    given = {
        "numeric": plan.numeric,
        "categorical": plan.categorical,
        "task": str(settings.task),
        "seed": settings.seed,
    }
    try:
        return make(**given, **settings.train.project)
    except TypeError as error:
        raise ConfigError(
            "params.yaml", [f"train.project does not fit estimator() in pipeline/project.py: {error}"]
        ) from error
