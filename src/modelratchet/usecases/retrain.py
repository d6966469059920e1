"""Carry a planned retraining out: move the window, run the pipeline, keep the move or undo it. The use case behind `ratchet retrain`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.core.retraining import Judgement, PeriodRows, Retraining, RetrainOutcome, WindowNames
from modelratchet.core.windows import Coverage, Window
from modelratchet.storage.settings_move import SettingsMove
from modelratchet.usecases.plan_retrain import RetrainPlan
from modelratchet.usecases.run_pipeline import PipelineOutcome


@dataclass(frozen=True)
class Retrained:
    """How the pipeline ended, and whether the settings are what they were before, which they are unless it ended well."""

    outcome: PipelineOutcome
    is_undone: bool


def carry_out(text: bytes, move: SettingsMove, run: Callable[[], PipelineOutcome]) -> Retrained:
    """Move the settings to `text` and run the pipeline on them. Unless that ends well, settings and lock are put back.

    Raises:
        StorageError: the settings could not be moved, or not be put back: the next call goes on then.
        OutsideError: another run holds the pipeline.
    """
    try:
        move.begin(text)
        outcome = run()
    except BaseException:
        move.undo()
        raise
    if not outcome.has_ended_well:
        return Retrained(outcome, move.undo())
    move.keep()
    return Retrained(outcome, is_undone=False)


def told(plan: RetrainPlan, outcome: RetrainOutcome, judgement: Judgement | None) -> Retraining:
    """What is said of a plan that was carried out, or not."""
    return Retraining(
        outcome=outcome,
        model=plan.declared.model,
        why=plan.why,
        notes=plan.notes,
        window=_names(plan.window) if plan.window else None,
        changes=plan.changes,
        rows=tuple(_rows(item, plan.window) for item in plan.rows) if plan.window else (),
        judgement=judgement,
        merges=plan.declared.merges,
    )


def _names(window: Window) -> WindowNames:
    return WindowNames(window.first.name, window.holdout.name, window.last.name)


def _rows(covered: Coverage, window: Window) -> PeriodRows:
    hours = covered.longest_gap / dt.timedelta(hours=1)
    return PeriodRows(covered.period.name, covered.n_rows, hours, covered.period >= window.holdout)
