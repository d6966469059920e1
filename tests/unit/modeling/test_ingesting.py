"""What is made of a source's rows, and every fault that stops it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.ingesting import ingest
from tests.samples.rows import plan, rows


def ingested(frame: pd.DataFrame, **changes: Any) -> pd.DataFrame:
    return ingest(frame, list(frame.columns), plan(**changes))


def test_columns_come_in_the_plan_s_order_and_types() -> None:
    found = ingested(rows(extra=1)[["sold", "extra", "town", "price", "at", "id"]])

    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == {
        "id": "str",
        "at": "datetime64[us]",
        "price": "float32",
        "town": "str",
        "sold": "str",
    }
    assert list(found.columns) == ["id", "at", "price", "town", "sold"]


def test_text_of_a_csv_gives_the_same_rows_as_typed_values() -> None:
    typed = rows()
    written = typed.astype("str").assign(price=typed["price"].map(repr))

    pd.testing.assert_frame_equal(ingested(written), ingested(typed))


def test_missing_values_have_one_form_each() -> None:
    found = ingested(rows(n=4, price=["1", None, " ", "2.5"], town=["a", None, "", "b"], sold=["yes", "no"] * 2))

    assert found["price"].isna().tolist() == [False, True, True, False]
    assert found["town"].tolist() == ["a", "", "", "b"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([1.0, None, 2.0, 1.0], id="numbers that a missing one made floating"),
        pytest.param(["1", None, "2", "1"], id="text"),
        pytest.param(pd.Categorical([1, None, 2, 1]), id="categories"),
    ],
)
def test_whole_numbers_as_categories_lose_no_more_than_their_fraction(given: Any) -> None:
    assert ingested(rows(n=4, town=given, sold=["yes", "no"] * 2))["town"].tolist() == ["1", "", "2", "1"]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2024-03-01T12:00:00+02:00", "2024-03-01 10:00:00"),
        ("2024-03-01T12:00:00Z", "2024-03-01 12:00:00"),
        ("2024-03-01T12:00:00", "2024-03-01 12:00:00"),
        ("2024-03-01", "2024-03-01 00:00:00"),
    ],
)
def test_times_are_stored_in_utc_and_without_a_zone(given: str, stored: str) -> None:
    assert ingested(rows(at=given))["at"].iloc[0] == pd.Timestamp(stored)


BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a column missing": ({"price": None, "prise": 1.0}, {}, "price: not there; the nearest is prise"),
    "a column missing, nothing near": ({"price": None}, {}, "price: not there; the source has id, at, town, sold"),
    "text in a number": ({"price": ["1", "x", "y", "2"] * 10}, {}, "20 of 40 values (50.0 %), such as 'x', 'y'"),
    "a time as number": ({"price": pd.Timestamp("2024-01-01")}, {}, "datetime64[us] is no number"),
    "infinite": ({"price": [np.inf] + [1.0] * 39}, {}, "infinite or beyond float32"),
    "too large": ({"price": [1e39] + [1.0] * 39}, {}, "infinite or beyond float32"),
    "an empty number": ({"price": np.nan}, {}, "price: is empty in every row"),
    "an empty category": ({"town": ""}, {}, "town: is empty in every row"),
    "lists": ({"town": [["a"]] * 40}, {}, "lists or objects"),
    "a doubled key": ({"id": ["a", "a"] + [f"r{n}" for n in range(38)]}, {}, "1 of 40 values (2.5 %), such as 'a'"),
    "a missing key": ({"id": [None] + [f"r{n}" for n in range(39)]}, {}, "the key is missing in 1 of 40 rows"),
    "a missing time": ({"at": [None] + ["2024-01-01"] * 39}, {}, "the time is missing in 1 of 40 rows"),
    "a wrong time": ({"at": ["soon"] + ["2024-01-01"] * 39}, {}, "'soon', are no times"),
    "a number as time": ({"at": 20240101}, {}, "int64 is no time"),
    "half of the zones": ({"at": ["2024-01-01T00:00:00Z", "2024-01-01"] * 20}, {}, "have no zone, the others have"),
    "missing labels": ({"sold": [None, "yes", "no", "yes"] * 10}, {}, "the label is missing in 10 of 40 rows"),
    "one class": ({"sold": "yes"}, {}, "one class only, 'yes'"),
    "three classes": ({"sold": ["yes", "no", "no", "maybe"] * 10}, {}, "3 classes ('maybe', 'no', 'yes'), expected 2"),
    "no positive": ({}, {"positive": "Yes"}, "columns.positive is 'Yes', but the classes are 'no', 'yes'"),
    "text as regression": ({}, {"task": Task.REGRESSION, "positive": None}, "are no numbers"),
    "one number": ({"sold": 3.0}, {"task": Task.REGRESSION, "positive": None}, "the same value in every row"),
    "too many classes": (
        {"n": 2000, "sold": range(2000)},
        {"task": Task.MULTICLASS, "positive": None},
        "2,000 classes, at most 1,000",
    ),
    "key and time in one": ({}, {"key": "at"}, "named as columns.key and as columns.time"),
    "no rows": ({"n": 0}, {}, "no rows at all"),
}


@pytest.mark.parametrize(("columns", "changes", "expected"), BROKEN.values(), ids=list(BROKEN))
def test_bad_rows_are_refused_with_what_was_found(
    columns: dict[str, Any], changes: dict[str, Any], expected: str
) -> None:
    with pytest.raises(DataError) as caught:
        ingested(rows(**columns), **changes)

    assert expected in caught.value.message


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        ingested(rows(price="x", town="", id="same", sold="yes"))

    assert "the rows have 4 faults:" in caught.value.message
    assert [name for name in ("price", "town", "id", "sold") if f"column {name}:" in caught.value.message] == [
        "price",
        "town",
        "id",
        "sold",
    ]


def test_doubled_column_is_refused() -> None:
    frame = rows()
    doubled = pd.concat([frame, frame[["price"]]], axis=1)

    with pytest.raises(DataError, match="the source has 2 of that name"):
        ingested(doubled)
