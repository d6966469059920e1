"""Rows before and after the window stay out, whatever they look like."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from modelratchet.errors import DataError
from modelratchet.modeling.cutting import within

SINCE, UNTIL = dt.datetime.fromisoformat("2013-01-01"), dt.datetime.fromisoformat("2013-02-01")
ROWS = pd.DataFrame(
    {
        "at": ["2012-12-31T23:59:59", "2013-01-01", "2013-01-31T23:59:59.999", "2013-02-01"],
        "late": ["x", "1", "0", None],
    }
)


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [(None, None, [0, 1, 2, 3]), (SINCE, None, [1, 2, 3]), (None, UNTIL, [0, 1, 2]), (SINCE, UNTIL, [1, 2])],
)
def test_rows_from_since_to_just_before_until_are_kept(
    since: dt.datetime | None, until: dt.datetime | None, kept: list[int]
) -> None:
    assert within(ROWS, "at", since, until).index.tolist() == kept


def test_bound_with_a_zone_is_the_same_moment_in_utc() -> None:
    zoned = dt.datetime(2013, 1, 31, 19, tzinfo=dt.timezone(-dt.timedelta(hours=5)))

    assert within(ROWS, "at", None, zoned).index.tolist() == [0, 1, 2]


def test_window_without_a_row_says_where_rows_are() -> None:
    with pytest.raises(DataError, match=r"none of 4 rows lies in the window .*; at goes from 2012-12-31 23:59:59 to"):
        within(ROWS, "at", UNTIL.replace(year=2014), None)


@pytest.mark.parametrize("rows", [ROWS.assign(at="soon"), ROWS.drop(columns="at"), ROWS.iloc[:0]])
def test_what_ingest_refuses_is_left_to_it(rows: pd.DataFrame) -> None:
    assert within(rows, "at", SINCE, UNTIL) is rows
