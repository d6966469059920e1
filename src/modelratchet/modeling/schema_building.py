"""Describes what a model takes, from the rows it was trained on. Called by the `convert` stage."""

from __future__ import annotations

import pandas as pd

from modelratchet.core.schema import MISSING_CATEGORY, Column, Schema
from modelratchet.modeling.frames import features_of
from modelratchet.modeling.plans import ColumnPlan


def build_schema(model: str, rows: pd.DataFrame, plan: ColumnPlan, classes: tuple[str, ...]) -> Schema:
    """Columns in graph order with what the training rows showed of each.

    Args:
        model: the registered model's name.
        rows: the training rows.
        plan: what each column is for.
        classes: the label's values in the order of the probability columns; none for a regressor.
    """
    features = features_of(rows, plan.numeric, plan.categorical)
    columns = [_numeric(features[name]) for name in plan.numeric] + [
        _categorical(features[name]) for name in plan.categorical
    ]
    return Schema(model, plan.task, plan.label, classes, tuple(columns))


def _numeric(column: pd.Series) -> Column:
    has_values = bool(column.notna().any())
    low, high = (float(column.min()), float(column.max())) if has_values else (None, None)
    return Column(str(column.name), "numeric", bool(column.isna().any()), low, high, ())


def _categorical(column: pd.Series) -> Column:
    values = set(column.unique())
    categories = tuple(sorted(values - {MISSING_CATEGORY}))
    return Column(str(column.name), "categorical", MISSING_CATEGORY in values, None, None, categories)
