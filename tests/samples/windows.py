"""Rules of windows, and what a source has of periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from modelratchet.core.periods import Period, Unit, read_period, start_of
from modelratchet.core.windows import Coverage, WindowRule

RULE = WindowRule(Unit.MONTH, 2, None, dt.timedelta(hours=24), dt.timedelta(0), dt.UTC)


def rule(**changes: object) -> WindowRule:
    """Months, two of them held out; changes as given."""
    return replace(RULE, **changes)  # type: ignore[arg-type]


def month(name: str) -> Period:
    return read_period(name, Unit.MONTH)


def at(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def covered(first: str, last: str, **holes: int) -> tuple[Coverage, ...]:
    """Months with rows all over; `m2013_03=100` leaves 100 hours without any at the end of March, `-1` all of it."""
    found = []
    for count in range(month(first).until(month(last)) + 1):
        period = month(first).shifted(count)
        hours = holes.get("m" + period.name.replace("-", "_"), 1)
        start, end = (start_of(edge, dt.UTC) for edge in (period, period.shifted(1)))
        gap = end - start if hours < 0 else dt.timedelta(hours=hours)
        found.append(Coverage(period, 0 if hours < 0 else 1000, gap, end - gap))
    return tuple(found)
