"""Typical rows of a schema: for examples in OpenAPI, the page, the `curl` line and the conformance suite."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from modelratchet.core.schema import Column, Schema


def sample_rows(schema: Schema, n_rows: int = 1) -> list[dict[str, Any]]:
    """Rows that the model takes: numbers in the middle of their range, the first categories in turn."""
    return [{column.name: _value(column, row) for column in schema.columns} for row in range(n_rows)]


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The same rows as columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def split_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same rows as a frame that was split."""
    return {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}


def csv_lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The same rows as CSV under a header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode()


def json_lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The same rows as JSON Lines."""
    return msgspec.json.Encoder().encode_lines(rows)


def write_json(value: Any) -> bytes:
    """As bytes, the way examples are written."""
    return msgspec.json.encode(value)


def _value(column: Column, row: int) -> float | str | None:
    if column.kind == "categorical":
        return column.categories[row % len(column.categories)] if column.categories else None
    if column.minimum is None or column.maximum is None:
        return None
    middle = (column.minimum + column.maximum) / 2
    whole = column.minimum == round(column.minimum) and column.maximum == round(column.maximum)
    short = round(middle) if whole else float(f"{middle:.4g}")
    return short if column.minimum <= short <= column.maximum else middle
