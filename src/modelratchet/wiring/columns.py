"""Turns the `columns` block into the plan that `modeling` works with."""

from modelratchet.config.params import Params
from modelratchet.modeling.plans import ColumnPlan


def column_plan(params: Params) -> ColumnPlan:
    """What each column is for."""
    columns = params.columns
    return ColumnPlan(
        params.task,
        columns.label,
        columns.positive,
        columns.key,
        columns.time,
        columns.numeric,
        columns.categorical,
        columns.kept,
    )
