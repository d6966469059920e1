"""The schema of a bundle, from the training rows. Called by the `convert` stage."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from modelratchet.core.schema import MISSING_CATEGORY, Column, Schema
from modelratchet.core.tasks import Task


def build_schema(  # noqa: PLR0913 - each is a field of the schema
    model: str,
    task: Task,
    label: str,
    classes: Sequence[str],
    train_features: pd.DataFrame,
    *,
    numeric: Sequence[str],
    categorical: Sequence[str],
) -> Schema:
    """Describe the columns in graph order, and what training showed of each.

    Args:
        model: the registered name.
        task: what kind of answer the graph gives.
        label: the label's column.
        classes: the label's values in order; empty for regression.
        train_features: training rows in the form of `frames.features_of`.
        numeric: the numeric columns, in order.
        categorical: the categorical columns, in order.
    """
    columns = [_number(train_features[name]) for name in numeric]
    columns += [_category(train_features[name]) for name in categorical]
    return Schema(model, task, label, tuple(classes), tuple(columns))


def _number(column: pd.Series) -> Column:
    known = column.dropna()
    low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return Column(str(column.name), "numeric", bool(column.isna().any()), low, high, ())


def _category(column: pd.Series) -> Column:
    found = sorted(set(column))
    categories = tuple(value for value in found if value != MISSING_CATEGORY)
    return Column(str(column.name), "categorical", MISSING_CATEGORY in found, None, None, categories)
