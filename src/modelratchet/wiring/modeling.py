"""Joins settings to the plain values that `modeling` works with; the stages from train to compare call it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from modelratchet.config.layout import SOURCES
from modelratchet.config.params import Params
from modelratchet.errors import ConfigError
from modelratchet.modeling.estimators import EstimatorChoice, build_estimator
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.storage.code import stage_sources
from modelratchet.wiring.columns import column_plan

__all__ = ["column_plan", "estimator_of", "model_settings", "model_sources"]
_SHAPING = {"model", "task", "seed", "ingest", "columns", "split", "train"}


def estimator_of(params: Params, project: ModuleType) -> Any:
    """The unfitted estimator that `train.estimator` names, or the project's own.

    Raises:
        ConfigError: it is to be the project's, which has none.
    """
    plan = column_plan(params)
    if params.train.estimator == "project":
        return _of_project(params, project, plan)
    options = getattr(params.train, params.train.estimator).model_dump()
    choice = EstimatorChoice(params.train.estimator, options, params.task, plan.numeric, plan.categorical, params.seed)
    return build_estimator(choice)


def model_settings(params: Params) -> Any:
    """The settings that shape the model: all that the stages up to `convert` read."""
    return params.model_dump(mode="json", include=_SHAPING)


def model_sources() -> tuple[Path, ...]:
    """The sources that make a model: all that `convert` and the stages before it reach, the same that DVC watches."""
    return stage_sources(SOURCES)["convert"]


def _of_project(params: Params, project: ModuleType, plan: ColumnPlan) -> Any:
    make = getattr(project, "estimator", None)
    if make is None:
        raise ConfigError("params.yaml", ["train.estimator is project, but pipeline/project.py has no estimator()"])
    given = {"numeric": plan.numeric, "categorical": plan.categorical, "task": str(params.task), "seed": params.seed}
    try:
        return make(**given, **params.train.project)
    except TypeError as error:
        raise ConfigError(
            "params.yaml", [f"train.project does not fit estimator() in pipeline/project.py: {error}"]
        ) from error
