"""`{"rows": [{column: value, …}, …]}` and `{"columns": {column: [value, …], …}}`: the plain form of `/predict`.

The decoder is made from the schema, so that one pass in C reads the text, refuses unknown and missing columns and wrong types, and says where.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Batch, batch_of
from modelratchet.serving.problems import Problem, unreadable


class Records:
    """Reads rows, or columns, of one schema."""

    def __init__(self, schema: Schema, maximum_rows: int) -> None:
        """Make the decoder."""
        self._maximum_rows = maximum_rows
        self._n_columns, self._n_numeric = len(schema.columns), len(schema.numeric)
        self._decode = msgspec.json.Decoder(body_type(schema)).decode
        self._values_of = msgspec.structs.astuple

    def __call__(self, body: bytes) -> Batch:
        """Read a body.

        Raises:
            Problem: it is not JSON of this form, or has no or too many rows, or names something twice.
        """
        try:
            read: Any = self._decode(body)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise unreadable(error) from error
        if read.rows is not None and read.columns is None:
            refuse_size(len(read.rows), self._maximum_rows)
            # a colon more than one a value and one for `rows` is one inside a text, or a key that stands twice
            if body.count(b":") != len(read.rows) * self._n_columns + 1:
                refuse_twice(body)
            return batch_of([self._values_of(row) for row in read.rows], self._n_numeric)
        if read.columns is None or read.rows is not None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "missing-member", "expected either `rows` or `columns`")
        refuse_twice(body)
        columns = self._values_of(read.columns)
        refuse_ragged(columns, read.columns.__struct_encode_fields__)
        refuse_size(len(columns[0]), self._maximum_rows)
        return batch_of(list(zip(*columns, strict=True)), self._n_numeric)


def row_type(schema: Schema) -> type[msgspec.Struct]:
    """A row of the schema, numbers first; each column has to be there, and null stands for a missing value."""
    return _struct("Row", schema, float | None, str | None)


def columns_type(schema: Schema) -> type[msgspec.Struct]:
    """All columns of the schema, numbers first, each a list of values."""
    return _struct("Columns", schema, list[float | None], list[str | None])


def body_type(schema: Schema) -> type[msgspec.Struct]:
    """What `/predict` takes."""
    columns = columns_type(schema)
    rows: Any = list[row_type(schema)]  # type: ignore[misc]
    return msgspec.defstruct(
        "Body", [("rows", rows | None, None), ("columns", columns | None, None)], forbid_unknown_fields=True
    )


def refuse_size(n_rows: int, maximum: int) -> None:
    """Refuse no rows, and more than are allowed.

    Raises:
        Problem: either.
    """
    if not n_rows:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-rows", "found no rows, expected at least one")
    if n_rows > maximum:
        detail = f"found {n_rows:,} rows, expected at most {maximum:,}; send them in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many-rows", detail)


def refuse_ragged(columns: Sequence[Sequence[Any]], names: Sequence[str]) -> None:
    """Refuse columns of different lengths.

    Raises:
        Problem: the first that differs from the first column.
    """
    for name, values in zip(names, columns, strict=True):
        if len(values) != len(columns[0]):
            detail = f"column {name} has {len(values)} values, expected {len(columns[0])} as column {names[0]} has"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "ragged-columns", detail, column=name)


def refuse_twice(body: bytes) -> None:
    """Refuse an object that names a member twice: decoders take the last in silence, and two of them may differ.

    Raises:
        Problem: with the name.
    """
    try:
        json.loads(body, object_pairs_hook=_distinct)
    except (ValueError, RecursionError) as error:
        raise unreadable(error) from error


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise Problem(HTTPStatus.BAD_REQUEST, "duplicate-key", f"{name[:100]!r} stands twice in one object")
        seen.add(name)


def _struct(name: str, schema: Schema, number: Any, text: Any) -> type[msgspec.Struct]:
    fields: Iterable[tuple[str, Any]] = [
        *((column, number) for column in schema.numeric),
        *((column, text) for column in schema.categorical),
    ]
    # a column's name need be no identifier, so that fields are numbered
    numbered = [(f"c{place}", kind) for place, (_, kind) in enumerate(fields)]
    renamed = {f"c{place}": column for place, (column, _) in enumerate(fields)}
    return msgspec.defstruct(name, numbered, rename=renamed, forbid_unknown_fields=True, gc=False)
