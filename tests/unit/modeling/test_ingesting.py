"""What ingest makes of good columns, and what it says of bad ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.ingesting import ingest
from modelratchet.modeling.labels import classes_of
from modelratchet.modeling.plans import ColumnPlan

PLAN = ColumnPlan(Task.BINARY, "label", None, "id", "at", ("size",), ("kind",))
MANY = replace(PLAN, task=Task.MULTICLASS)
AMOUNT = replace(PLAN, task=Task.REGRESSION)


def good(**changes: object) -> pd.DataFrame:
    columns: dict[str, object] = {
        "id": ["a", "b", "c", "d"],
        "at": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]),
        "size": [1.0, 2.5, None, 4.0],
        "kind": ["x", "y", None, "x"],
        "label": [1, 0, 1, 0],
        "ignored": [[], {}, None, 1],
    }
    return pd.DataFrame(columns | changes)


def fault_of(rows: pd.DataFrame, plan: ColumnPlan = PLAN) -> str:
    with pytest.raises(DataError) as caught:
        ingest(rows, list(rows.columns), plan)
    return caught.value.message


def stored(rows: pd.DataFrame, plan: ColumnPlan = PLAN) -> pd.DataFrame:
    return ingest(rows, list(rows.columns), plan)


def test_columns_are_stored_in_one_order_and_form() -> None:
    found = stored(good())
    assert list(found.columns) == ["id", "at", "size", "kind", "label"]
    assert [str(kind) for kind in found.dtypes] == ["str", "datetime64[us]", "float32", "str", "str"]
    assert found["kind"].tolist() == ["x", "y", "", "x"]
    assert found["label"].tolist() == ["1", "0", "1", "0"]
    assert np.isnan(found["size"][2])


def test_numbers_written_as_text_are_numbers() -> None:
    assert stored(good(size=["1", " 2.5 ", "", "4e0"]))["size"].tolist()[:2] == [1.0, 2.5]


def test_a_key_with_leading_zeros_keeps_them() -> None:
    assert stored(good(id=["007", "7", "07", "8"]))["id"].tolist() == ["007", "7", "07", "8"]


def test_whole_numbers_as_labels_have_no_fraction() -> None:
    assert set(stored(good(label=[1.0, 0.0, 1.0, 0.0]))["label"]) == {"0", "1"}


def test_regression_labels_keep_the_precision_of_float64() -> None:
    found = stored(good(label=["0.1", "2", "3", "4"]), AMOUNT)
    assert str(found["label"].dtype) == "float64"
    assert found["label"][0] == 0.1


def test_zoned_times_are_turned_to_utc() -> None:
    at = [f"2024-01-0{day}T01:00:00+02:00" for day in range(1, 5)]
    assert stored(good(at=at))["at"][0] == pd.Timestamp("2023-12-31T23:00:00")


def test_categorical_dtypes_are_read_like_their_values() -> None:
    found = stored(good(kind=pd.Categorical(["x", "y", None, "x"]), size=pd.Categorical([1, 2, 3, 4])))
    assert found["kind"].tolist() == ["x", "y", "", "x"]
    assert found["size"].tolist() == [1, 2, 3, 4]


def test_whole_numbers_in_a_categorical_may_be_missing() -> None:
    assert stored(good(kind=pd.Categorical([1, None, 2, 1])))["kind"].tolist() == ["1", "", "2", "1"]


def test_the_positive_class_comes_last() -> None:
    assert classes_of(pd.Series(["b", "a"]), "a") == ("b", "a")
    assert classes_of(pd.Series(["b", "a", "c"]), None) == ("a", "b", "c")


BAD = {
    "text among numbers": (
        good(size=["1", "much", "3", "4"]),
        PLAN,
        ["column size", "1 of 4", "'much'", "categorical"],
    ),
    "infinite number": (good(size=[1.0, np.inf, 3, 4]), PLAN, ["column size", "infinite"]),
    "beyond float32": (good(size=[1.0, 1e300, 3, 4]), PLAN, ["column size", "float32", "1e+300"]),
    "times as numbers": (good(size=pd.to_datetime(["2024-01-01"] * 4)), PLAN, ["column size", "is no number"]),
    "all empty number": (good(size=[None] * 4), PLAN, ["column size", "empty in every row"]),
    "all empty category": (good(kind=[None] * 4), PLAN, ["column kind", "empty in every row"]),
    "lists as categories": (good(kind=[["x"], "y", "z", "x"]), PLAN, ["column kind", "lists or objects"]),
    "missing label": (good(label=[1, 0, None, 0]), PLAN, ["column label", "missing in 1 of 4"]),
    "one class": (good(label=[1, 1, 1, 1]), PLAN, ["column label", "one class only", "'1'"]),
    "three classes": (good(label=[1, 2, 3, 1]), PLAN, ["3 classes", "'1', '2', '3'", "multiclass"]),
    "unknown positive": (good(), replace(PLAN, positive="yes"), ["columns.positive is 'yes'", "'0', '1'"]),
    "text as amount": (good(label=["a", "1", "2", "3"]), AMOUNT, ["column label", "'a'"]),
    "constant amount": (good(label=[2, 2, 2, 2]), AMOUNT, ["same value in every row"]),
    "repeated key": (good(id=["a", "b", "a", "a"]), PLAN, ["column id", "2 of 4", "'a'"]),
    "missing key": (good(id=["a", None, "c", "d"]), PLAN, ["column id", "missing in 1 of 4"]),
    "missing time": (good(at=[None, *["2024-01-01"] * 3]), PLAN, ["column at", "missing in 1 of 4"]),
    "no time": (good(at=["soon", *["2024-01-01"] * 3]), PLAN, ["column at", "'soon'", "2013-11-01T06:15:00"]),
    "mixed zones": (good(at=["2024-01-01T00:00:00Z", *["2024-01-01"] * 3]), PLAN, ["column at", "no zone"]),
    "mixed zones, naive first": (
        good(at=["2024-01-01", *["2024-01-01T00:00:00Z"] * 3]),
        PLAN,
        ["column at", "no zone"],
    ),
    "time as number": (good(at=[1, 2, 3, 4]), PLAN, ["column at", "is no time"]),
    "missing column": (good().rename(columns={"size": "sizes"}), PLAN, ["column size", "nearest is sizes"]),
    "key as feature": (good(), replace(PLAN, numeric=("size", "id")), ["column id", "columns.key"]),
    "no rows": (good().head(0), PLAN, ["no rows at all"]),
}


@pytest.mark.parametrize(("rows", "plan", "expected"), BAD.values(), ids=BAD.keys())
def test_bad_rows_are_named(rows: pd.DataFrame, plan: ColumnPlan, expected: list[str]) -> None:
    message = fault_of(rows, plan)
    assert [part for part in expected if part not in message] == [], message


def test_kept_columns_stand_between_features_and_label_as_text() -> None:
    found = ingest(good(day=[1, 2, None, 4]), ["id"], replace(PLAN, kept=("day",)))
    assert list(found.columns) == ["id", "at", "size", "kind", "day", "label"]
    assert found["day"].tolist() == ["1", "2", "", "4"]
    assert "day" not in replace(PLAN, kept=("day",)).features


def test_a_kept_column_that_is_not_there_is_named() -> None:
    assert "column dya: not there" in fault_of(good(), replace(PLAN, kept=("dya",)))


def test_a_doubled_column_name_is_named() -> None:
    rows = good()
    doubled = pd.concat([rows, rows[["size"]]], axis=1)
    assert "2 of that name" in fault_of(doubled)


def test_all_faults_are_said_at_once() -> None:
    message = fault_of(good(size=["a", "b", "c", "d"], label=[1, 1, 1, 1], id=["a"] * 4))
    assert message.startswith("the rows have 3 faults:")
    assert len(message.splitlines()) == 4


def test_too_many_classes_ask_for_a_regression() -> None:
    n_rows = 1200
    rows = pd.DataFrame({"size": range(n_rows), "label": range(n_rows)})
    plan = ColumnPlan(Task.MULTICLASS, "label", None, None, None, ("size",), ())
    assert "is it a regression?" in fault_of(rows, plan)
