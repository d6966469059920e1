"""Which periods are trained on and which are held out, and when a period is whole. Pure; `usecases.plan_retrain` asks it.

A period is whole when it is over by the clock, late rows included, *and* the rows show no hole in it. Neither alone will do: a feed that stopped
leaves a month over and half empty, and timetables hold rows of months to come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from modelratchet.core.moments import write_moment
from modelratchet.core.periods import Period, Unit, start_of
from modelratchet.errors import DataError, InputError

_SHOWN = 3


@dataclass(frozen=True)
class WindowRule:
    """How a window is made up. `n_training` is None where all earlier periods are trained on; `wait` is how long late rows may take."""

    unit: Unit
    n_holdout: int
    n_training: int | None
    maximum_gap: dt.timedelta
    wait: dt.timedelta
    zone: dt.tzinfo


@dataclass(frozen=True)
class Coverage:
    """What the source has of one period: rows, and the longest stretch without any (its ends count), with the moment that it begins."""

    period: Period
    n_rows: int
    longest_gap: dt.timedelta
    gap_from: dt.datetime


@dataclass(frozen=True)
class Window:
    """Periods from `first` to `last`, both in it; those from `holdout` on are held out."""

    first: Period
    holdout: Period
    last: Period

    def __str__(self) -> str:
        return f"{self.first.name} to {self.last.name}, held out from {self.holdout.name} on"


def unfit(covered: Coverage, rule: WindowRule, now: dt.datetime) -> str | None:
    """Why a period is not whole, as the end of a sentence that begins with its name; None where it is."""
    end = start_of(covered.period.shifted(1), rule.zone)
    if now < end:
        return f"is not over before {write_moment(end)}"
    # in UTC: by the clocks of a zone a day may have 23 hours
    complete = end.astimezone(dt.UTC) + rule.wait
    if now < complete:
        return f"waits for late rows until {write_moment(complete)} (retrain.wait_days)"
    return _hole(covered, rule)


def newest_whole(covered: Sequence[Coverage], rule: WindowRule, now: dt.datetime) -> Period | None:
    """The newest period that is whole, of periods in their order."""
    return next((item.period for item in reversed(covered) if unfit(item, rule, now) is None), None)


def require_whole(period: Period, covered: Sequence[Coverage], rule: WindowRule, now: dt.datetime) -> None:
    """Accept a period that a person chose.

    Raises:
        InputError: it is not whole, or the source has nothing of it.
    """
    found = next((item for item in covered if item.period == period), None)
    reason = unfit(found, rule, now) if found else f"has no rows; the source {_span(covered)}"
    if reason:
        raise InputError(f"{period.name} {reason}", hint="Choose a whole period, or leave it out: the newest is taken.")


def window_through(last: Period, covered: Sequence[Coverage], rule: WindowRule) -> Window:
    """The window that ends with a period.

    Raises:
        DataError: nothing is left to train on.
    """
    holdout = last.shifted(1 - rule.n_holdout)
    first = covered[0].period if rule.n_training is None else holdout.shifted(-rule.n_training)
    if not any(item.n_rows and first <= item.period < holdout for item in covered):
        raise DataError(
            f"with {rule.n_holdout} held out through {last.name}, no row is left to train on; the source {_span(covered)}",
            hint="Bring earlier rows, or lower retrain.holdout_periods.",
        )
    return Window(first, holdout, last)


def holes(window: Window, covered: Sequence[Coverage], rule: WindowRule) -> tuple[str, ...]:
    """What is missing within a window, a sentence each: it is used all the same."""
    found = []
    begins = covered[0].period
    if window.first < begins:
        wanted, there = window.first.until(window.holdout), begins.until(window.holdout)
        found.append(f"Rows begin with {begins.name}: {there} of {wanted} periods to train on are there.")
    inside = [item for item in covered if window.first <= item.period <= window.last]
    spoilt = [f"{item.period.name} {reason}." for item in inside if (reason := _hole(item, rule))]
    more = [f"{len(spoilt) - _SHOWN} earlier periods have holes too."] if len(spoilt) > _SHOWN else []
    return (*found, *spoilt[-_SHOWN:], *more)


def passed_over(last: Period, covered: Sequence[Coverage], rule: WindowRule, now: dt.datetime) -> tuple[str, ...]:
    """Why the window does not go further than `last`, a sentence for each of the periods that come next, and where rows end."""
    later = [item for item in covered if item.period > last]
    reasons = [f"{item.period.name} {reason}." for item in later[:_SHOWN] if (reason := unfit(item, rule, now))]
    following = max(last, covered[-1].period).shifted(1)
    if now >= start_of(following.shifted(1), rule.zone):
        reasons.append(f"No rows of {following.name} or later, though it is over.")
    return tuple(reasons)


def _hole(covered: Coverage, rule: WindowRule) -> str | None:
    if not covered.n_rows:
        return "has no rows"
    if covered.longest_gap > rule.maximum_gap:
        hours = covered.longest_gap / dt.timedelta(hours=1)
        allowed = rule.maximum_gap / dt.timedelta(hours=1)
        return f"has no rows for {hours:,.0f} hours from {write_moment(covered.gap_from)} on; retrain.maximum_gap_hours is {allowed:g}"
    return None


def _span(covered: Sequence[Coverage]) -> str:
    return f"has rows from {covered[0].period.name} to {covered[-1].period.name}"
