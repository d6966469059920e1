"""Expectations that nobody has to write: they follow from `columns` in params.yaml. All of them are critical."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import great_expectations.expectations as gxe
import pandas as pd

from modelratchet.adapters.gx_data_checker.leak_expectation import ExpectColumnNotToGiveTheLabelAway
from modelratchet.core.tasks import Task
from modelratchet.modeling.plans import ColumnPlan


def implied_expectations(frame: pd.DataFrame, plan: ColumnPlan) -> Iterator[Any]:
    """Every named column is there, of its type and not empty; keys are unique; keys, times and labels are never missing."""
    for name in plan.names:
        yield gxe.ExpectColumnToExist(column=name)
        if name in frame.columns:
            yield gxe.ExpectColumnValuesToBeOfType(column=name, type_=_type(name, plan))
            yield gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(column=name, min_value=0.0, strict_min=True)
    if plan.key in frame.columns:
        yield gxe.ExpectColumnValuesToBeUnique(column=plan.key)
    for whole in dict.fromkeys((plan.key, plan.time, plan.label)):
        if whole in frame.columns:
            yield gxe.ExpectColumnValuesToNotBeNull(column=whole)


def leak_expectations(frame: pd.DataFrame, plan: ColumnPlan, tolerance: float) -> Iterator[Any]:
    """No feature gives the label away."""
    for name in plan.features:
        if name in frame.columns and plan.label in frame.columns:
            yield ExpectColumnNotToGiveTheLabelAway(
                column=name,
                label=plan.label,
                task=plan.task.value,
                tolerance=tolerance,
                description=f"{name} must not give the label {plan.label} away",
            )


def _type(name: str, plan: ColumnPlan) -> str:
    if name == plan.time:
        return "datetime64[ns]"
    is_number = name in plan.numeric or (name == plan.label and plan.task is Task.REGRESSION)
    return "float64" if is_number else "str"
