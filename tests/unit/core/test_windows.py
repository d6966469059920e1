"""Which period is whole, and what window ends with it."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.periods import Period, Unit
from modelratchet.core.windows import Coverage, holes, newest_whole, passed_over, require_whole, unfit, window_through
from modelratchet.errors import DataError, InputError
from tests.samples.windows import at, covered, month, rule

LATER = at("2014-03-01")


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2013-04-30T23:59:59", "2013-03"),
        ("2013-05-01", "2013-04"),
        ("2020-01-01", "2013-04"),
        ("2013-02-10", "2013-01"),
    ],
)
def test_period_that_is_not_over_is_not_whole_however_many_rows_it_has(now: str, newest: str) -> None:
    found = newest_whole(covered("2013-01", "2013-04"), rule(), at(now))

    assert found == month(newest)


@pytest.mark.parametrize(("hours", "newest"), [(24, "2013-04"), (25, "2013-03"), (-1, "2013-03")])
def test_period_with_a_hole_is_not_whole_however_long_it_is_over(hours: int, newest: str) -> None:
    assert newest_whole(covered("2013-01", "2013-04", m2013_04=hours), rule(), LATER) == month(newest)


def test_hole_is_no_obstacle_to_the_whole_period_after_it() -> None:
    assert newest_whole(covered("2013-01", "2013-04", m2013_03=500), rule(), LATER) == month("2013-04")


@pytest.mark.parametrize(("now", "newest"), [("2013-05-03T11:59:59", "2013-03"), ("2013-05-03T12:00:00", "2013-04")])
def test_late_rows_are_waited_for(now: str, newest: str) -> None:
    patient = rule(wait=dt.timedelta(days=2.5))

    assert newest_whole(covered("2013-01", "2013-04"), patient, at(now)) == month(newest)


def test_late_rows_are_waited_for_by_the_hour_though_clocks_jump_meanwhile() -> None:
    there = rule(unit=Unit.DAY, wait=dt.timedelta(days=1), zone=zoneinfo.ZoneInfo("America/New_York"))
    saturday = Coverage(Period(dt.date(2013, 3, 9), Unit.DAY), 1000, dt.timedelta(hours=1), at("2013-03-09T05:00:00"))

    waits = "waits for late rows until 2013-03-11T05:00:00Z (retrain.wait_days)"
    assert unfit(saturday, there, at("2013-03-11T04:59:59")) == waits
    assert unfit(saturday, there, at("2013-03-11T05:00:00")) is None


def test_period_ends_by_the_clocks_of_its_zone() -> None:
    there = rule(zone=zoneinfo.ZoneInfo("America/New_York"))
    april = covered("2013-04", "2013-04")[0]

    assert unfit(april, there, at("2013-05-01T03:59:59")) == "is not over before 2013-05-01T04:00:00Z"
    assert unfit(april, there, at("2013-05-01T04:00:00")) is None


def test_no_period_is_whole_where_none_is() -> None:
    assert newest_whole(covered("2013-01", "2013-02", m2013_01=99, m2013_02=-1), rule(), LATER) is None


@pytest.mark.parametrize(
    ("n_training", "n_holdout", "first", "holdout"),
    [
        (None, 2, "2012-11", "2013-03"),
        (None, 1, "2012-11", "2013-04"),
        (2, 2, "2013-01", "2013-03"),
        (9, 1, "2012-07", "2013-04"),
    ],
)
def test_window_ends_with_the_period(n_training: int | None, n_holdout: int, first: str, holdout: str) -> None:
    found = window_through(
        month("2013-04"), covered("2012-11", "2013-04"), rule(n_training=n_training, n_holdout=n_holdout)
    )

    assert (found.first, found.holdout, found.last) == (month(first), month(holdout), month("2013-04"))


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 60))
def test_window_has_as_many_periods_as_are_asked_for(n_training: int, n_holdout: int, later: int) -> None:
    there, last = covered("2000-01", "2013-04"), month("2013-04").shifted(-later)
    found = window_through(last, there, rule(n_training=n_training, n_holdout=n_holdout))

    assert (found.first.until(found.holdout), found.holdout.until(found.last)) == (n_training, n_holdout - 1)


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(0, 24))
def test_later_period_never_holds_out_what_an_earlier_one_did_not_train_on_or_hold_out(
    n_holdout: int, steps: int
) -> None:
    there = covered("2000-01", "2013-04")
    earlier, later = (
        window_through(month(name).shifted(count), there, rule(n_holdout=n_holdout))
        for name, count in (("2010-01", 0), ("2010-01", steps))
    )

    assert later.holdout >= earlier.holdout


@pytest.mark.parametrize("first", ["2013-03", "2013-04"])
def test_window_that_leaves_no_row_to_train_on_is_refused(first: str) -> None:
    with pytest.raises(DataError, match="no row is left to train on; the source has rows from"):
        window_through(month("2013-04"), covered(first, "2013-04"), rule())


def test_chosen_period_has_to_be_whole() -> None:
    there = covered("2013-01", "2013-04", m2013_04=99)

    require_whole(month("2013-03"), there, rule(), LATER)
    with pytest.raises(
        InputError,
        match=r"2013-04 has no rows for 99 hours from 2013-04-26T21:00:00Z on; retrain.maximum_gap_hours is 24",
    ):
        require_whole(month("2013-04"), there, rule(), LATER)
    with pytest.raises(InputError, match="2013-05 has no rows; the source has rows from 2013-01 to 2013-04"):
        require_whole(month("2013-05"), there, rule(), LATER)


def test_holes_within_the_window_are_told() -> None:
    there = covered("2013-01", "2013-06", m2013_02=-1, m2013_05=48)
    window = window_through(month("2013-06"), there, rule(n_training=6))

    assert holes(window, there, rule()) == (
        "Rows begin with 2013-01: 4 of 6 periods to train on are there.",
        "2013-02 has no rows.",
        "2013-05 has no rows for 48 hours from 2013-05-30T00:00:00Z on; retrain.maximum_gap_hours is 24.",
    )


def test_many_holes_are_counted() -> None:
    there = covered("2013-01", "2013-06", **{f"m2013_0{number}": 99 for number in range(1, 6)})
    window = window_through(month("2013-06"), there, rule())

    *told, last = holes(window, there, rule())

    assert [text[:7] for text in told] == ["2013-03", "2013-04", "2013-05"]
    assert last == "2 earlier periods have holes too."


def test_what_comes_after_the_window_is_told() -> None:
    there = covered("2013-01", "2013-06", m2013_05=99)

    assert passed_over(month("2013-04"), there, rule(), at("2013-06-20")) == (
        "2013-05 has no rows for 99 hours from 2013-05-27T21:00:00Z on; retrain.maximum_gap_hours is 24.",
        "2013-06 is not over before 2013-07-01T00:00:00Z.",
    )
    assert passed_over(month("2013-06"), there, rule(), at("2013-07-20")) == ()
    assert passed_over(month("2013-06"), there, rule(), at("2013-08-01")) == (
        "No rows of 2013-07 or later, though it is over.",
    )
