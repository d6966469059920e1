"""Days, weeks and months against the calendar."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelratchet.core.periods import Period, Unit, period_at, period_of, read_period, start_of
from modelratchet.errors import InputError

UNITS = st.sampled_from(list(Unit))
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
ONE_DAY = dt.timedelta(days=1)
# each with something odd: jumps at midnight, half an hour, a day that was left out, none at all
ZONES = ["UTC", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"]


@pytest.mark.parametrize(
    ("day", "unit", "name"),
    [
        ("2013-11-05", Unit.DAY, "2013-11-05"),
        ("2012-02-29", Unit.MONTH, "2012-02"),
        ("2018-12-31", Unit.WEEK, "2019-W01"),
        ("2021-01-03", Unit.WEEK, "2020-W53"),
        ("2024-12-29", Unit.WEEK, "2024-W52"),
        ("2024-12-30", Unit.WEEK, "2025-W01"),
    ],
)
def test_day_lies_in_the_period_of_that_name(day: str, unit: Unit, name: str) -> None:
    assert period_of(dt.date.fromisoformat(day), unit).name == name


@pytest.mark.parametrize(
    ("unit", "name", "count", "expected"),
    [
        (Unit.MONTH, "2013-12", 1, "2014-01"),
        (Unit.MONTH, "2014-01", -1, "2013-12"),
        (Unit.MONTH, "2013-01", -25, "2010-12"),
        (Unit.WEEK, "2020-W52", 1, "2020-W53"),
        (Unit.WEEK, "2020-W53", 1, "2021-W01"),
        (Unit.DAY, "2012-02-28", 1, "2012-02-29"),
        (Unit.DAY, "2013-02-28", 1, "2013-03-01"),
    ],
)
def test_so_many_periods_later_it_is_that_one(unit: Unit, name: str, count: int, expected: str) -> None:
    assert read_period(name, unit).shifted(count).name == expected


@settings(deadline=None)
@given(DAYS, UNITS)
def test_name_is_read_back(day: dt.date, unit: Unit) -> None:
    period = period_of(day, unit)

    assert read_period(period.name, unit) == period


@settings(deadline=None)
@given(DAYS, UNITS)
def test_periods_follow_each_other_without_gap_or_overlap(day: dt.date, unit: Unit) -> None:
    period = period_of(day, unit)
    following = period.shifted(1)

    assert period.start <= day < following.start
    assert period_of(following.start, unit) == following
    assert period_of(following.start - ONE_DAY, unit) == period


@settings(deadline=None)
@given(DAYS, UNITS, st.integers(-400, 400), st.integers(-400, 400))
def test_shifts_add_up_and_are_counted_back(day: dt.date, unit: Unit, first: int, second: int) -> None:
    period = period_of(day, unit)

    assert period.shifted(first).shifted(second) == period.shifted(first + second)
    assert period.until(period.shifted(first)) == first


@settings(deadline=None)
@given(DAYS, UNITS, st.sampled_from(ZONES))
# its first second is 01:00, and an hour before that no clock showed
@example(dt.date(1952, 12, 1), Unit.DAY, "America/Sao_Paulo")
@example(dt.date(2011, 12, 30), Unit.DAY, "Pacific/Apia")
def test_moments_lie_in_the_period_that_they_begin(day: dt.date, unit: Unit, name: str) -> None:
    zone, period = zoneinfo.ZoneInfo(name), period_of(day, unit)
    start = start_of(period, zone)

    assert start_of(period.shifted(1), zone) >= start
    # Apia left out the 30th of December 2011: it begins when the 31st does
    assert period_at(start, unit, zone) >= period
    # in UTC: the wall clock's second before may be one that never was
    assert period_at(start.astimezone(dt.UTC) - dt.timedelta(seconds=1), unit, zone) < period


def test_day_without_a_midnight_begins_when_clocks_have_jumped() -> None:
    zone = zoneinfo.ZoneInfo("America/Sao_Paulo")

    found = start_of(Period(dt.date(2018, 11, 4), Unit.DAY), zone)

    assert found.isoformat() == "2018-11-04T01:00:00-02:00"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("2013-13", Unit.MONTH),
        ("2013-1", Unit.MONTH),
        ("2013", Unit.MONTH),
        ("20131105", Unit.DAY),
        ("2013-02-29", Unit.DAY),
        ("2021-W53", Unit.WEEK),
        ("2013-W00", Unit.WEEK),
        ("2013-11", Unit.WEEK),
        ("٢٠١٣-11", Unit.MONTH),
        ("0000-01", Unit.MONTH),
        ("", Unit.DAY),
    ],
)
def test_other_texts_are_refused_with_an_example(text: str, unit: Unit) -> None:
    with pytest.raises(InputError, match=f"expected a {unit.value} like 2013-"):
        read_period(text, unit)


def test_calendar_has_ends() -> None:
    with pytest.raises(OverflowError):
        read_period("0001-01", Unit.MONTH).shifted(-1)
    with pytest.raises(OverflowError):
        read_period("9999-12", Unit.MONTH).shifted(1)
