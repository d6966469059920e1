"""What a row is worth, whichever database tells it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelratchet.adapters.mlflow.migration.rows import Column, RowsDigest

VALUES = st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.none(), st.binary())


def digest_of(rows: list[tuple[object, ...]], columns: tuple[str, ...] = ("a", "b"), table: str = "t") -> str:
    digest = RowsDigest()
    for row in rows:
        digest.add(table, columns, row)
    return digest.value


@given(st.lists(st.tuples(VALUES, VALUES)), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_changes_nothing(rows: list[tuple[object, ...]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert digest_of(shuffled) == digest_of(rows)
    assert digest_of([row[::-1] for row in rows], ("b", "a")) == digest_of(rows)


@pytest.mark.parametrize(
    "other",
    [
        [("x", 1), ("y", 2), ("y", 2)],
        [("x", 1)],
        [("x", 2), ("y", 1)],
        [("x", 1.5), ("y", 2)],
        [("x", True), ("y", 2)],
        [("x", None), ("y", 2)],
        [("x", "1"), ("y", 2)],
    ],
)
def test_any_other_rows_have_another_digest(other: list[tuple[object, ...]]) -> None:
    assert digest_of(other) != digest_of([("x", 1), ("y", 2)])


def test_table_and_column_are_part_of_it() -> None:
    assert digest_of([("x", 1)], table="u") != digest_of([("x", 1)])
    assert digest_of([("x", 1)], ("a", "c")) != digest_of([("x", 1)])


def test_bytes_are_equal_whatever_the_driver_calls_them() -> None:
    assert digest_of([(memoryview(b"ab"), date(2026, 1, 2))]) == digest_of([(b"ab", date(2026, 1, 2))])


@pytest.mark.parametrize(
    ("kind", "length", "value", "said"),
    [
        ("VARCHAR", 5, "sechs!", "6 characters where 5 are allowed"),
        ("TEXT", None, "a\0b", "zero character"),
        ("INTEGER", None, 2**31, "too large"),
        ("BIGINT", None, 2**63, "too large"),
        ("INTEGER", None, "three", "where a whole number belongs"),
    ],
)
def test_what_postgres_would_refuse_is_said(kind: str, length: int | None, value: object, said: str) -> None:
    assert said in (Column("t", "c", kind, length).fault(value) or "")


@pytest.mark.parametrize(
    ("kind", "length", "value"),
    [("VARCHAR", 5, "größe"), ("TEXT", None, "x" * 100_000), ("INTEGER", None, -(2**31)), ("INTEGER", None, None)],
)
def test_what_fits_is_no_fault(kind: str, length: int | None, value: object) -> None:
    assert Column("t", "c", kind, length).fault(value) is None
