"""Days, ISO weeks and months as steps of a calendar, and how they are written. `core.windows` builds on them; no clock is read here.

Laws: `read_period(unit, period.name)` is the period; periods of one unit follow each other without gap or overlap.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.errors import InputError


class Unit(StrEnum):
    """How long a period is. A week starts on Monday, as ISO 8601 has it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_FORMS = {Unit.DAY: "2013-11-05", Unit.WEEK: "2013-W45", Unit.MONTH: "2013-11"}
_PATTERNS = {Unit.DAY: r"\d{4}-\d{2}-\d{2}", Unit.WEEK: r"\d{4}-W\d{2}", Unit.MONTH: r"\d{4}-\d{2}"}
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, order=True)
class Period:
    """One day, week or month. Only periods of one unit are compared; `period_of` and `read_period` make them."""

    start: dt.date
    unit: Unit

    @property
    def name(self) -> str:
        """What it is called: `2013-11-05`, `2013-W45`, `2013-11`."""
        if self.unit is Unit.WEEK:
            year, week, _ = self.start.isocalendar()
            return f"{year:04}-W{week:02}"
        return self.start.isoformat() if self.unit is Unit.DAY else self.start.isoformat()[:7]

    def shifted(self, count: int) -> Period:
        """The period so many later, or earlier where the count is negative.

        Raises:
            OverflowError: there is no such year; years go from 1 to 9999.
        """
        if self.unit is Unit.MONTH:
            months = self.start.year * 12 + self.start.month - 1 + count
            if not 12 <= months < 120_000:
                raise OverflowError(f"{count} months from {self.name} is beyond the calendar")
            return Period(dt.date(months // 12, months % 12 + 1, 1), self.unit)
        step = _WEEK if self.unit is Unit.WEEK else dt.timedelta(days=1)
        return Period(self.start + count * step, self.unit)

    def until(self, later: Period) -> int:
        """How many steps it takes from here to `later`; negative where that is earlier."""
        if self.unit is Unit.MONTH:
            return (later.start.year - self.start.year) * 12 + later.start.month - self.start.month
        return (later.start - self.start).days // (7 if self.unit is Unit.WEEK else 1)


def period_of(day: dt.date, unit: Unit) -> Period:
    """The period that a day lies in.

    >>> [period_of(dt.date(2021, 1, 3), unit).name for unit in Unit]
    ['2021-01-03', '2020-W53', '2021-01']
    """
    if unit is Unit.WEEK:
        return Period(day - dt.timedelta(days=day.weekday()), unit)
    return Period(day.replace(day=1) if unit is Unit.MONTH else day, unit)


def read_period(text: str, unit: Unit) -> Period:
    """The period of that name.

    Raises:
        InputError: it is no name of such a period.
    """
    # the standard library reads other forms too: 20131105, 2013-W45-1
    known = text if re.fullmatch(_PATTERNS[unit], text, re.ASCII) else ""
    try:
        if unit is Unit.WEEK:
            return Period(dt.date.fromisocalendar(int(known[:4]), int(known[6:]), 1), unit)
        return Period(dt.date.fromisoformat(known if unit is Unit.DAY else f"{known}-01"), unit)
    except ValueError as error:
        raise InputError(
            f"found the period {text!r}, expected a {unit.value} like {_FORMS[unit]}",
            hint="retrain.period in params.yaml says how long a period is.",
        ) from error


def start_of(period: Period, zone: dt.tzinfo) -> dt.datetime:
    """The moment a period begins, by the clocks of a zone. Where they skip midnight, it is the moment of the jump.

    Source: PEP 495: of a time that does not exist, fold 0 counts with the offset from before the jump.
    """
    return dt.datetime.combine(period.start, dt.time(), zone).astimezone(dt.UTC).astimezone(zone)


def period_at(moment: dt.datetime, unit: Unit, zone: dt.tzinfo) -> Period:
    """The period that an aware moment lies in, by the clocks of a zone."""
    return period_of(moment.astimezone(zone).date(), unit)
