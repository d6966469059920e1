"""Rows to ask with: made from the schema, each one allowed, and unlike each other, so that a server cannot be right by chance."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.core.schema import Column, Schema

_SHARES_OF_RANGE = (0.5, 0.0, 1.0, 0.25)


def probe_rows(schema: Schema) -> list[dict[str, Any]]:
    """Middle, least, greatest and a quarter of each range, categories in turn; the last with what may be missing left out."""
    rows = [
        {column.name: _value(column, place, share) for column in schema.columns}
        for place, share in enumerate(_SHARES_OF_RANGE)
    ]
    rows[-1] |= {column.name: None for column in schema.columns if column.allows_missing}
    return rows


def as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The same by column."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def as_split(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same as a frame that was split, its columns in the opposite order."""
    names = list(rows[0])[::-1]
    return {"columns": names, "data": [[row[name] for name in names] for row in rows]}


def as_csv(rows: Sequence[Mapping[str, Any]], *, has_header: bool) -> bytes:
    """The same as CSV; nothing is a missing value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if has_header:
        writer.writerow(rows[0])
    writer.writerows([["" if value is None else value for value in row.values()] for row in rows])
    return text.getvalue().encode()


def _value(column: Column, place: int, share: float) -> float | str | None:
    if column.kind == "categorical":
        return column.categories[place % len(column.categories)] if column.categories else None
    if column.minimum is None or column.maximum is None:
        return None
    # what float32 holds exactly is the same number in text and in binary
    exact: float = struct.unpack("<f", struct.pack("<f", column.minimum + share * (column.maximum - column.minimum)))[0]
    return exact
