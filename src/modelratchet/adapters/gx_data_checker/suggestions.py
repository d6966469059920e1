"""Writes a suite that today's rows meet, as a start for one of your own. Knows only the file's form, not Great Expectations."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from modelratchet.core.digests import canonical_json
from modelratchet.errors import InputError
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.storage.files import write_json

MOST_CATEGORIES = 50
_NAMESPACE = uuid.UUID("6f0c1d7e-5a0e-5d65-9b1e-6d6f64656c72")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def suggestions(frame: pd.DataFrame, plan: ColumnPlan) -> list[dict[str, Any]]:
    """Warnings about the number of rows, ranges of numbers, sets of categories and how much is missing."""
    found = [_expectation("expect_table_row_count_to_be_between", {"min_value": max(len(frame) // 2, 1)})]
    for name in plan.features:
        column = frame[name]
        found += _range(column) if name in plan.numeric else _set(column)
        found.append(_presence(column))
    if plan.task.is_classification:
        found += _set(frame[plan.label])
    else:
        found += _range(frame[plan.label])
    return found


def write_suite(folder: Path, name: str, expectations: list[dict[str, Any]]) -> Path:
    """Write a suite, never over another one.

    Raises:
        InputError: there is one of that name, or the name is no file name.
    """
    path = folder / f"{name}.json"
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name of a suite", hint="Use letters, digits, dashes and underscores.")
    if path.exists():
        raise InputError(f"{path} is there already", hint="Choose another name, or delete the file first.")
    write_json(path, {"name": name, "id": _id(name), "expectations": expectations, "meta": {}})
    return path


def _expectation(kind: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs, "severity": "warning", "id": _id([kind, kwargs])}


def _id(value: object) -> str:
    """Equal expectations have equal ids, so that a suite written twice has no differences."""
    return str(uuid.uuid5(_NAMESPACE, canonical_json(value).decode()))


def _range(column: pd.Series) -> Iterator[dict[str, Any]]:
    """What was seen; rows to come may go beyond it on one row in a hundred."""
    known = column.dropna()
    if len(known):
        limits = {"min_value": _number(known.min()), "max_value": _number(known.max())}
        yield _expectation("expect_column_values_to_be_between", {"column": str(column.name), **limits, "mostly": 0.99})


def _set(column: pd.Series) -> Iterator[dict[str, Any]]:
    values = sorted(column.dropna().unique())
    if 0 < len(values) <= MOST_CATEGORIES:
        yield _expectation("expect_column_values_to_be_in_set", {"column": str(column.name), "value_set": values})
    elif values:
        limits = {"min_value": len(values) // 2, "max_value": len(values) * 2}
        yield _expectation("expect_column_unique_value_count_to_be_between", {"column": str(column.name), **limits})


def _presence(column: pd.Series) -> dict[str, Any]:
    """As much as now, less five points; all of it where nothing is missing."""
    share = float(column.notna().mean())
    kwargs: dict[str, Any] = {"column": str(column.name)}
    if share < 1.0:
        kwargs["mostly"] = max(math.floor((share - 0.05) * 100) / 100, 0.0)
    return _expectation("expect_column_values_to_not_be_null", kwargs)


def _number(value: float) -> float | int:
    """Whole numbers without a fraction; others as the shortest text that float32 reads back, which is within its rounding."""
    return int(value) if float(value).is_integer() else float(value)
