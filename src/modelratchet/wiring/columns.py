"""Turns the block `columns` into the plan that `modeling` works with."""

from __future__ import annotations

from typing import Protocol

from modelratchet.config.columns import Columns
from modelratchet.core.tasks import Task
from modelratchet.modeling.plans import ColumnPlan


class ColumnSettings(Protocol):
    """Settings, all of them or a stage's, that say what each column is."""

    @property
    def task(self) -> Task:
        """What the label means."""

    @property
    def columns(self) -> Columns:
        """The block."""


def column_plan(settings: ColumnSettings) -> ColumnPlan:
    """What each column is for."""
    columns = settings.columns
    return ColumnPlan(
        settings.task,
        columns.label,
        columns.positive,
        columns.key,
        columns.time,
        columns.numeric,
        columns.categorical,
        columns.kept,
    )
