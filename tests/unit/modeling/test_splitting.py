"""The split's law: a row's side depends on its own time, or on its own key and the seed."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.modeling.splitting import divide, held_out_by_key, held_out_by_time

PLAN = ColumnPlan(Task.MULTICLASS, "label", None, "id", "at", ("size",), ())
# BLAKE2b of '7:row-N': a change of these rows moves every row of every project.
GOLDEN = [1, 4, 5, 6, 7, 13, 18]
KEYS = st.lists(st.text(min_size=1), min_size=1, max_size=50, unique=True)


def rows(labels: list[str]) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=len(labels), freq="D")
    return pd.DataFrame({"id": [str(index) for index in range(len(labels))], "at": days, "size": 1.0, "label": labels})


def fault(labels: list[str], holdout: list[bool], minimum: int = 1, task: Task = Task.MULTICLASS) -> str:
    plan = ColumnPlan(task, "label", None, "id", "at", ("size",), ())
    with pytest.raises(DataError) as caught:
        divide(rows(labels), np.array(holdout), plan, minimum)
    assert caught.value.hint
    return caught.value.message


@given(keys=KEYS, more=KEYS, seed=st.integers(0, 2**32 - 1), share=st.floats(0.01, 0.99))
def test_a_row_keeps_its_side_whatever_other_rows_come(
    keys: list[str], more: list[str], seed: int, share: float
) -> None:
    before = dict(zip(keys, held_out_by_key(pd.Series(keys, dtype="str"), share, seed), strict=True))
    grown = list(dict.fromkeys([*reversed(more), *reversed(keys)]))
    after = dict(zip(grown, held_out_by_key(pd.Series(grown, dtype="str"), share, seed), strict=True))
    assert {key: after[key] for key in keys} == before


@given(keys=KEYS, share=st.floats(0.01, 0.5))
def test_a_larger_share_holds_out_the_same_rows_and_more(keys: list[str], share: float) -> None:
    series = pd.Series(keys, dtype="str")
    smaller, larger = held_out_by_key(series, share, 1), held_out_by_key(series, 2 * share, 1)
    assert not (smaller & ~larger).any()


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.05, 0.95))
def test_the_share_is_met(seed: int, share: float) -> None:
    n_keys = 5000
    found = held_out_by_key(pd.Series([f"row-{index}" for index in range(n_keys)]), share, seed).mean()
    assert abs(found - share) < 6 * np.sqrt(share * (1 - share) / n_keys)


def test_sides_are_the_same_on_every_machine() -> None:
    found = held_out_by_key(pd.Series([f"row-{index}" for index in range(20)]), 0.3, 7)
    assert np.flatnonzero(found).tolist() == GOLDEN


def test_another_seed_holds_out_other_rows() -> None:
    keys = pd.Series([f"row-{index}" for index in range(200)])
    assert (held_out_by_key(keys, 0.5, 1) != held_out_by_key(keys, 0.5, 2)).any()


@pytest.mark.parametrize(
    "holdout_from",
    [
        dt.datetime.fromisoformat("2024-01-03"),
        dt.datetime(2024, 1, 3, tzinfo=dt.UTC),
        dt.datetime(2024, 1, 3, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    ],
)
def test_rows_from_that_moment_on_are_held_out(holdout_from: dt.datetime) -> None:
    assert held_out_by_time(rows(["a"] * 4)["at"], holdout_from).tolist() == [False, False, True, True]


def test_missing_times_and_keys_are_refused() -> None:
    with pytest.raises(DataError, match="time is missing in 1 of 2"):
        held_out_by_time(
            pd.Series(pd.to_datetime(["2024-01-01", None]), name="at"), dt.datetime.fromisoformat("2024-01-01")
        )
    with pytest.raises(DataError, match="key is missing in 1 of 2"):
        held_out_by_key(pd.Series(["a", ""], name="id"), 0.5, 1)


def test_both_sides_keep_the_order_of_the_rows() -> None:
    divided = divide(rows(["a", "b", "a", "b", "a", "b"]), np.array([False, True, True, False, False, False]), PLAN, 1)
    assert divided.train["id"].tolist() == ["0", "3", "4", "5"]
    assert divided.holdout["id"].tolist() == ["1", "2"]
    assert divided.holdout.index.tolist() == [0, 1]


def test_a_holdout_too_small_says_what_was_found_and_needed() -> None:
    message = fault(["a", "b", "a"], [False, False, True], minimum=2)
    assert "1 of 3 rows are held out, expected at least 2" in message
    assert "2024-01-01" in message


def test_no_training_rows_are_refused() -> None:
    assert "none is left to train on" in fault(["a", "b"], [True, True])


def test_a_holdout_with_one_class_is_refused() -> None:
    assert "one class only in the held-out rows, 'a'" in fault(["a", "b", "a"], [False, False, True], task=Task.BINARY)


def test_training_with_one_class_is_refused() -> None:
    assert "one class only in the training rows, 'a'" in fault(["a", "b", "a"], [False, True, True])


def test_a_class_that_training_never_saw_is_named() -> None:
    message = fault(["a", "b", "c", "a"], [False, False, True, True])
    assert "1 held-out rows that no training row has: 'c'" in message
