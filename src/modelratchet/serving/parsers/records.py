"""`{"rows": [{column: value, …}, …]}` and `{"columns": {column: [value, …], …}}`: the plain form of `/predict`.

The decoder is made from the schema, so that one pass in C reads the text, refuses unknown and missing columns and wrong types, and says where.
A short body is first read by a decoder that takes only what training saw, so that nothing is left to check: one row is answered in some
fifty microseconds, of which numpy's checks would take five.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from modelratchet.core.schema import Column, Schema
from modelratchet.serving.batches import Batch, batch_of
from modelratchet.serving.checks import limits_of
from modelratchet.serving.problems import Problem, unreadable

_COLON = ord(":")
_LONG_BYTES = 8192
_SHORT_BYTES = 4096


class Records:
    """Reads rows, or columns, of one schema."""

    def __init__(self, schema: Schema, maximum_rows: int) -> None:
        """Make the decoder."""
        self._maximum_rows = maximum_rows
        self._n_columns, self._n_numeric = len(schema.columns), len(schema.numeric)
        self._decode = msgspec.json.Decoder(body_type(schema)).decode
        self._decode_usual = msgspec.json.Decoder(usual_type(schema)).decode
        self._values_of = msgspec.structs.astuple

    def __call__(self, body: bytes) -> Batch:
        """Read a body.

        Raises:
            Problem: it is not JSON of this form, or has no or too many rows, or names something twice.
        """
        if len(body) <= _SHORT_BYTES and (usual := self._read_usual(body)) is not None:
            return usual
        try:
            read: Any = self._decode(body)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise unreadable(error) from error
        if read.rows is not None and read.columns is None:
            refuse_size(len(read.rows), self._maximum_rows)
            if self._may_say_twice(body, len(read.rows)):
                refuse_twice(body)
            return batch_of([self._values_of(row) for row in read.rows], self._n_numeric)
        if read.columns is None or read.rows is not None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "missing-member", "expected either `rows` or `columns`")
        columns = self._values_of(read.columns)
        refuse_ragged(columns, read.columns.__struct_encode_fields__)
        refuse_size(len(columns[0]), self._maximum_rows)
        refuse_twice(body)  # last, for it takes long
        return batch_of(list(zip(*columns, strict=True)), self._n_numeric)

    def _read_usual(self, body: bytes) -> Batch | None:
        """A batch of values such as training saw them; None where there is anything to look into, or to complain of."""
        try:
            read: Any = self._decode_usual(body)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            return None
        rows = read.rows
        if not 0 < len(rows) <= self._maximum_rows or self._may_say_twice(body, len(rows)):
            return None
        return batch_of([self._values_of(row) for row in rows], self._n_numeric, is_usual=True)

    def _may_say_twice(self, body: bytes, n_rows: int) -> bool:
        # a colon more than one a value and one for `rows` is one inside a text, or a key that stands twice
        return count_colons(body) != n_rows * self._n_columns + 1


def row_type(schema: Schema) -> type[msgspec.Struct]:
    """A row of the schema, numbers first; each column has to be there, and null stands for a missing value."""
    return _struct("Row", schema, lambda column: float | None if column.kind == "numeric" else str | None)


def columns_type(schema: Schema) -> type[msgspec.Struct]:
    """All columns of the schema, numbers first, each a list of values."""
    lists = {"numeric": list[float | None], "categorical": list[str | None]}
    return _struct("Columns", schema, lambda column: lists[column.kind])


def body_type(schema: Schema) -> type[msgspec.Struct]:
    """What `/predict` takes."""
    columns = columns_type(schema)
    rows: Any = list[row_type(schema)]  # type: ignore[misc]
    return msgspec.defstruct(
        "Body", [("rows", rows | None, None), ("columns", columns | None, None)], forbid_unknown_fields=True
    )


def usual_type(schema: Schema) -> type[msgspec.Struct]:
    """Rows whose values lie within what training saw, and are missing only where some were missing then."""
    rows: Any = list[_struct("UsualRow", schema, _usual_kind)]  # type: ignore[misc]
    return msgspec.defstruct("UsualBody", [("rows", rows)], forbid_unknown_fields=True)


def _usual_kind(column: Column) -> Any:
    kind: Any
    if column.kind == "categorical":
        kind = Literal.__getitem__(column.categories) if column.categories else None
    else:
        low, high = limits_of(column)
        kind = Annotated[float, msgspec.Meta(ge=low, le=high)]
    return kind | None if column.allows_missing else kind


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


def count_colons(body: bytes) -> int:
    """How many there are: more than keys are inside a text, or of a key that stands twice."""
    if len(body) < _LONG_BYTES:
        return body.count(b":")
    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == _COLON))  # four times as fast on a long text


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


def _struct(name: str, schema: Schema, kind_of: Callable[[Column], Any]) -> type[msgspec.Struct]:
    columns = sorted(schema.columns, key=lambda column: column.kind != "numeric")
    # a column's name need be no identifier, so that fields are numbered
    fields = [(f"c{place}", kind_of(column)) for place, column in enumerate(columns)]
    renamed = {f"c{place}": column.name for place, column in enumerate(columns)}
    return msgspec.defstruct(name, fields, rename=renamed, forbid_unknown_fields=True, gc=False)
