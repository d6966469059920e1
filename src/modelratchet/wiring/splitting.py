"""Joins the split to the settings; the stage `split` calls it."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from modelratchet.config.split import Split
from modelratchet.modeling.overlap import refuse_overlap
from modelratchet.modeling.splitting import Divided, divide, held_out_by_key, held_out_by_time
from modelratchet.wiring.columns import ColumnSettings, column_plan


class SplitSettings(ColumnSettings, Protocol):
    """What `split` reads."""

    @property
    def seed(self) -> int:
        """All that is random follows from it."""

    @property
    def split(self) -> Split:
        """The block."""


def divided(rows: pd.DataFrame, settings: SplitSettings) -> Divided:
    """Rows parted by the method that `split` names.

    Raises:
        DataError: a side is too small, or lacks classes, or a row is on both.
    """
    split, plan = settings.split, column_plan(settings)
    if split.holdout_from is not None:
        is_held_out = held_out_by_time(rows[str(plan.time)], split.holdout_from)
    else:
        is_held_out = held_out_by_key(rows[str(plan.key)], float(split.holdout_share or 0.0), settings.seed)
    parted = divide(rows, is_held_out, plan, split.minimum_holdout_rows)
    refuse_overlap(parted, plan, split.maximum_overlap_share)
    return parted
