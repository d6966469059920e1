"""Rows never change sides, and sides that nothing can be learned from are refused."""

# ruff: noqa: DTZ001 - stored times have no zone

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.splitting import divide, held_out_by_key, held_out_by_time
from tests.samples.rows import plan, rows

KEYS = st.lists(st.text(min_size=1), min_size=1, max_size=40, unique=True)
SHARES = st.floats(min_value=0.01, max_value=0.99)
SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def side_of(keys: list[str], share: float, seed: int) -> dict[str, bool]:
    series = pd.Series(keys, dtype="str", name="id")
    return dict(zip(keys, held_out_by_key(series, share, seed).tolist(), strict=True))


@given(old=KEYS, new=KEYS, share=SHARES, seed=SEEDS, shuffle=st.randoms())
@settings(max_examples=100, deadline=None)
def test_key_keeps_its_side_whatever_other_rows_there_are(
    old: list[str], new: list[str], share: float, seed: int, shuffle: Any
) -> None:
    before = side_of(old, share, seed)
    grown = list(dict.fromkeys(old + new))
    shuffle.shuffle(grown)
    after = side_of(grown, share, seed)

    assert {key: after[key] for key in old} == before


@given(keys=KEYS, shares=st.tuples(SHARES, SHARES), seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_larger_share_holds_out_the_same_rows_and_more(keys: list[str], shares: tuple[float, float], seed: int) -> None:
    small, large = (side_of(keys, share, seed) for share in sorted(shares))

    assert all(large[key] for key, held_out in small.items() if held_out)


@given(
    times=st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)), min_size=1, max_size=30),
    edge=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)),
)
@settings(max_examples=50, deadline=None)
def test_time_alone_says_which_side_a_row_is_on(times: list[dt.datetime], edge: dt.datetime) -> None:
    found = held_out_by_time(pd.Series(times, dtype="datetime64[us]"), edge)

    assert found.tolist() == [time >= edge for time in times]


def test_sides_of_known_keys_stay_what_they_were_at_release() -> None:
    found = side_of([f"row-{number}" for number in range(12)], 0.5, 7)

    assert [key for key, held_out in found.items() if held_out] == RELEASED


RELEASED = ["row-1", "row-3", "row-4", "row-5", "row-6", "row-7"]


def test_share_is_met_and_seeds_differ() -> None:
    keys = pd.Series([f"row-{number}" for number in range(20_000)], name="id")
    one, other = held_out_by_key(keys, 0.2, 1), held_out_by_key(keys, 0.2, 2)

    assert abs(one.mean() - 0.2) < 0.015
    assert abs((one & other).mean() - 0.04) < 0.01


def test_edge_with_a_zone_is_turned_to_utc() -> None:
    times = pd.Series(pd.to_datetime(["2024-01-01T10:59:59", "2024-01-01T11:00:00"]))
    edge = dt.datetime(2024, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    assert held_out_by_time(times, edge).tolist() == [False, True]


@pytest.mark.parametrize("keys", [["a", ""], ["a", None]])
def test_missing_key_is_refused(keys: list[str | None]) -> None:
    with pytest.raises(DataError, match="the key is missing in 1 of 2 rows"):
        held_out_by_key(pd.Series(keys, dtype="str", name="id"), 0.5, 1)


def test_missing_time_is_refused() -> None:
    with pytest.raises(DataError, match="the time is missing in 1 of 2 rows"):
        held_out_by_time(pd.Series([pd.NaT, pd.Timestamp("2024-01-01")], name="at"), dt.datetime(2024, 1, 1))


YES_NO = ["yes", "no"]
UNFIT: dict[str, tuple[list[str], int, int, dict[str, Any], str]] = {
    "too few held out": (YES_NO * 20, 3, 10, {}, "3 of 40 rows are held out, expected at least 10; at goes from 2024"),
    "nothing to train on": (YES_NO * 20, 40, 10, {}, "all 40 rows are held out"),
    "one class in training": (["yes"] * 20 + YES_NO * 10, 20, 10, {}, "one class only in the training rows, 'yes'"),
    "one class held out": (YES_NO * 10 + ["no"] * 20, 20, 10, {}, "one class only in the held-out rows, 'no'"),
    "a class never trained on": (
        YES_NO * 10 + ["yes", "new"] * 10,
        20,
        10,
        {"task": Task.MULTICLASS, "positive": None},
        "classes in 10 held-out rows that no training row has: 'new'; training has 'no', 'yes'",
    ),
}


@pytest.mark.parametrize(("labels", "n_held_out", "minimum", "changes", "expected"), UNFIT.values(), ids=list(UNFIT))
def test_unfit_sides_are_refused(
    labels: list[str], n_held_out: int, minimum: int, changes: dict[str, Any], expected: str
) -> None:
    is_held_out = np.arange(40) >= 40 - n_held_out

    with pytest.raises(DataError) as caught:
        divide(rows(sold=labels), is_held_out, plan(**changes), minimum)

    assert expected in caught.value.message
    assert caught.value.hint


def test_sides_hold_every_row_once_and_keep_their_order() -> None:
    frame = rows()
    sides = divide(frame, np.arange(40) % 2 == 0, plan(), 10)

    assert sides.train["id"].tolist() == frame["id"].tolist()[1::2]
    assert sides.holdout["id"].tolist() == frame["id"].tolist()[::2]


def test_constant_number_to_train_on_is_refused() -> None:
    frame = rows(sold=[1.0] * 20 + list(range(20)))

    with pytest.raises(DataError, match="the same value in all 20 training rows"):
        divide(frame, np.arange(40) >= 20, plan(task=Task.REGRESSION, positive=None), 10)
