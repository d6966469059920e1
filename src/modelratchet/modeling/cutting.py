"""Leaves out the rows before and after the window that `ingest.since` and `ingest.until` name. `wiring.data` calls it before ingest.

Before, for rows of a period that is still running may lack what ingest asks for: a label that nobody knows yet.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from modelratchet.errors import DataError
from modelratchet.modeling.converting import as_times


def within(rows: pd.DataFrame, time: str, since: dt.datetime | None, until: dt.datetime | None) -> pd.DataFrame:
    """The rows at or after `since` and before `until`, in their order.

    Args:
        rows: as the source gave them. Times that ingest would refuse are left to it, with all of the rows.
        time: the column to go by.
        since: None for no bound; without a zone it is UTC, like stored times.
        until: the same.

    Raises:
        DataError: there were rows, and none is left.
    """
    if (since is None and until is None) or len(rows) == 0 or list(rows.columns).count(time) != 1:
        return rows
    read = as_times(rows[time])
    if read.faults:
        return rows
    times = read.values
    is_wanted = pd.Series(True, index=times.index)
    if since is not None:
        is_wanted &= times >= pd.Timestamp(stored_moment(since))
    if until is not None:
        is_wanted &= times < pd.Timestamp(stored_moment(until))
    if not is_wanted.any():
        raise DataError(
            f"none of {len(rows):,} rows lies in the window from {since or 'the first'} to {until or 'the last'}; "
            f"{time} goes from {times.min()} to {times.max()}",
            hint="Mend ingest.since and ingest.until, or bring the rows.",
        )
    return rows[is_wanted.to_numpy()]


def stored_moment(moment: dt.datetime) -> dt.datetime:
    """A moment in the form that times are stored in: UTC, without saying so."""
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)
