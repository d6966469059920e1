"""Periods that rows lie in, and the stretches without any."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.periods import Unit, period_of
from modelratchet.errors import DataError
from modelratchet.modeling.coverage import coverage
from tests.samples.windows import RULE, at

EARLIEST, LATEST = pd.Timestamp("2011-12-01").to_pydatetime(), pd.Timestamp("2013-02-01").to_pydatetime()
MOMENTS = st.lists(st.datetimes(EARLIEST, LATEST), min_size=1, max_size=40)


def times(*texts: str) -> pd.Series:
    return pd.Series(list(texts), name="at", dtype="str")


def test_each_period_is_counted_and_the_ones_without_rows_too() -> None:
    found = coverage(times("2013-04-30T23:00", "2013-01-01T00:00", "2013-04-01T12:00"), RULE)

    assert [(item.period.name, item.n_rows) for item in found] == [
        ("2013-01", 1),
        ("2013-02", 0),
        ("2013-03", 0),
        ("2013-04", 2),
    ]
    assert found[2].longest_gap == dt.timedelta(days=31)
    assert (found[3].longest_gap, found[3].gap_from) == (dt.timedelta(days=29, hours=11), at("2013-04-01T12:00"))


def test_gap_at_either_end_of_a_period_counts() -> None:
    first, last = coverage(times("2013-01-31T23:00", "2013-02-01T01:00"), RULE)

    assert (first.gap_from, first.longest_gap) == (at("2013-01-01"), dt.timedelta(days=30, hours=23))
    assert (last.gap_from, last.longest_gap) == (at("2013-02-01T01:00"), dt.timedelta(days=27, hours=23))


def test_zone_says_which_day_a_row_belongs_to() -> None:
    there = replace(RULE, unit=Unit.DAY, zone=zoneinfo.ZoneInfo("America/New_York"))

    found = coverage(times("2013-03-10T03:30:00+00:00", "2013-03-10T23:00:00-04:00"), there)

    assert [(item.period.name, item.n_rows) for item in found] == [("2013-03-09", 1), ("2013-03-10", 1)]
    # the day on which clocks jump has 23 hours, and its row comes in the 22nd of them
    assert found[1].longest_gap == dt.timedelta(hours=22)


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(list(Unit)))
def test_no_row_is_lost_and_no_gap_is_longer_than_its_period(moments: list[dt.datetime], unit: Unit) -> None:
    found = coverage(pd.Series(moments, name="at"), replace(RULE, unit=unit))

    assert sum(item.n_rows for item in found) == len(moments)
    assert found[0].period == period_of(min(moments).date(), unit)
    assert found[-1].period == period_of(max(moments).date(), unit)
    for item in found:
        length = item.period.shifted(1).start - item.period.start
        inside = sum(period_of(moment.date(), unit) == item.period for moment in moments)
        assert item.n_rows == inside
        # n rows part a period into n + 1 stretches
        assert length / (inside + 1) <= item.longest_gap + dt.timedelta(microseconds=1)
        assert item.longest_gap <= length


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (times(), "no rows at all"),
        (times("2013-01-01", "soon"), "cannot be told by time: .*'soon'"),
        (times("2013-01-01", ""), "the time is missing in 1 of 2"),
    ],
)
def test_times_that_cannot_be_read_are_refused(column: pd.Series, message: str) -> None:
    with pytest.raises(DataError, match=message):
        coverage(column, RULE)


def test_time_of_another_age_is_refused_before_every_day_since_is_counted() -> None:
    with pytest.raises(DataError, match="times a day"):
        coverage(times("1677-10-01", "2013-01-01"), replace(RULE, unit=Unit.DAY))


@pytest.mark.parametrize(("never", "zone"), [("9999-12-31T23:30", "Europe/Berlin"), ("0001-01-01T00:00", "Asia/Tokyo")])
def test_time_that_stands_for_never_is_refused(never: str, zone: str) -> None:
    with pytest.raises(DataError, match="beyond the calendar"):
        coverage(times(never, never), replace(RULE, zone=zoneinfo.ZoneInfo(zone)))
