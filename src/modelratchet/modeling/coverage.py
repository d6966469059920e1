"""How the times of rows cover days, weeks or months. Pure on a column; `wiring.retraining` calls it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.periods import Period, period_at, start_of
from modelratchet.core.windows import Coverage, WindowRule
from modelratchet.errors import DataError
from modelratchet.modeling.converting import as_times

_MAXIMUM_PERIODS = 50_000


def coverage(column: pd.Series, rule: WindowRule) -> tuple[Coverage, ...]:
    """Each period from the first row's to the last row's, those without rows too.

    Args:
        column: the times as the source gave them; read like ingest reads them, so a zone is turned to UTC and none means UTC.
        rule: how long periods are, and by which clocks they begin.

    Raises:
        DataError: there are no rows, or the times cannot be read, or lie centuries apart.
    """
    if len(column) == 0:
        raise DataError("the source gave no rows at all", hint="Look at ingest in params.yaml.")
    read = as_times(column)
    if read.faults:
        raise DataError("the rows cannot be told by time: " + "; ".join(read.faults), hint="Mend them at their source.")
    moments = np.sort(read.values.to_numpy(dtype="datetime64[us]"))
    try:
        first, last = (period_at(_aware(moment), rule.unit, rule.zone) for moment in (moments[0], moments[-1]))
        n_periods = first.until(last) + 1
        if n_periods <= _MAXIMUM_PERIODS:
            return tuple(_covered(first.shifted(count), moments, rule) for count in range(n_periods))
        found = f"{n_periods:,} times a {rule.unit.value}"
    except OverflowError:  # 9999-12-31, say, which stands for "never": its period has no end
        found = "beyond the calendar"
    raise DataError(
        f"column {column.name} goes from {moments[0]} to {moments[-1]}, {found}",
        hint="A time is wrong, or retrain.period is too short.",
    )


def _covered(period: Period, moments: NDArray[np.datetime64], rule: WindowRule) -> Coverage:
    start, end = (_plain(start_of(edge, rule.zone)) for edge in (period, period.shifted(1)))
    low, high = np.searchsorted(moments, [start, end])
    marks = np.concatenate([[start], moments[low:high], [end]])
    gaps = np.diff(marks)
    widest = int(gaps.argmax())
    gap = dt.timedelta(microseconds=int(gaps[widest].astype("int64")))
    return Coverage(period, int(high - low), gap, _aware(marks[widest]))


def _aware(moment: np.datetime64) -> dt.datetime:
    found: dt.datetime = moment.astype("datetime64[us]").item()
    return found.replace(tzinfo=dt.UTC)


def _plain(moment: dt.datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "us")
