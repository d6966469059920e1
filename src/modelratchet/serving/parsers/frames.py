"""JSON in the shapes that MLflow, Vertex AI, SageMaker and Azure ML know: a frame split, as records, as columns, or rows by position.

One body has one of the members `dataframe_split`, `dataframe_records`, `instances`, `inputs` and `input_data`. Types are held by a decoder made
from the schema; where a caller chooses the order of columns, they are held here.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Batch, batch_of, batch_of_columns
from modelratchet.serving.parsers.naming import Naming, arranged
from modelratchet.serving.parsers.records import (
    columns_type,
    count_colons,
    refuse_ragged,
    refuse_size,
    refuse_twice,
    row_type,
)
from modelratchet.serving.problems import Problem, at, unreadable

MEMBERS = ("dataframe_split", "dataframe_records", "instances", "inputs", "input_data")


class Split(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What `DataFrame.to_dict(orient="split")` makes; without `columns` the values stand in the schema's order."""

    data: list[list[float | str | None]]
    columns: list[str] | None = None
    index: list[Any] | None = None


class Frames:
    """Reads frames of one schema."""

    def __init__(self, schema: Schema, maximum_rows: int) -> None:
        """Make the decoder."""
        self._maximum_rows, self._naming = maximum_rows, Naming(schema)
        self._columns_type = columns_type(schema)
        self._rows = Rows(schema)
        self._decode = msgspec.json.Decoder(_body_type(self._columns_type, self._rows)).decode

    def __call__(self, body: bytes) -> Batch:
        """Read a body.

        Raises:
            Problem: it is not JSON of one of these forms, or has no or too many rows, or names something twice.
        """
        try:
            read: Any = self._decode(body)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise unreadable(error, self._naming.names) from error
        given = [value for member in MEMBERS if (value := getattr(read, member)) is not None]
        if len(given) != 1:
            detail = f"found {len(given)} of the members {', '.join(MEMBERS)}, expected one"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "missing-member", detail)
        # as in `records`: more colons than keys are inside a text, or of a key that stands twice
        if count_colons(body) != 1 + self._n_keys(given[0]):
            refuse_twice(body)
        if isinstance(given[0], Split):
            return self._split(given[0])
        if isinstance(given[0], list):
            refuse_size(len(given[0]), self._maximum_rows)
            return self._rows.batch(given[0])
        columns = msgspec.structs.astuple(given[0])
        refuse_ragged(columns, self._columns_type.__struct_encode_fields__)
        refuse_size(len(columns[0]), self._maximum_rows)
        return batch_of_columns(columns, self._naming.n_numeric)

    def _n_keys(self, given: Any) -> int:
        if isinstance(given, Split):
            return 1 + (given.columns is not None) + (given.index is not None)
        return self._rows.n_keys(given) if isinstance(given, list) else len(self._naming.names)

    def _split(self, split: Split) -> Batch:
        names = self._naming.names if split.columns is None else split.columns
        order = self._naming.order(names)
        refuse_size(len(split.data), self._maximum_rows)
        for row, given in enumerate(split.data):
            if len(given) != len(names):
                raise at("wrong-length", f"found {len(given)} values, expected {len(names)}", row, None)
        columns = arranged(split.data, order)
        for place, values in enumerate(columns):
            kind, found = (str, "text") if place < self._naming.n_numeric else (float, "a number")
            if kind in set(map(type, values)):
                row = next(row for row, value in enumerate(values) if isinstance(value, kind))
                expected = "a number" if kind is str else "text"
                raise at("wrong-type", f"found {found}, expected {expected}", row, self._naming.column(place))
        return batch_of_columns(columns, self._naming.n_numeric)


class Rows:
    """Rows that are objects, or lists in the schema's order; both may stand in one body."""

    def __init__(self, schema: Schema) -> None:
        """Make the types that a decoder needs."""
        naming = Naming(schema)
        self._order, self._n_numeric = naming.own_order, naming.n_numeric
        self.object_type = row_type(schema)
        kinds = [float | None if column.kind == "numeric" else str | None for column in schema.columns]
        self.list_type: Any = tuple[tuple(kinds)]  # type: ignore[misc]

    @property
    def either_type(self) -> Any:
        """What one row may be."""
        return self.object_type | self.list_type

    def n_keys(self, rows: Sequence[Any]) -> int:
        """How many keys the rows that are objects have."""
        return sum(not isinstance(row, tuple) for row in rows) * len(self._order)

    def batch(self, rows: Sequence[Any]) -> Batch:
        """Decoded rows, at least one, as a batch."""
        order, values_of = self._order, msgspec.structs.astuple
        found = [tuple(row[place] for place in order) if isinstance(row, tuple) else values_of(row) for row in rows]
        return batch_of(found, self._n_numeric)


def _body_type(columns: Any, rows: Rows) -> type[msgspec.Struct]:
    either: Any = list[rows.either_type]  # type: ignore[name-defined]
    members = {
        "dataframe_split": Split,
        "dataframe_records": list[rows.object_type],  # type: ignore[name-defined]
        "instances": columns | either,
        "inputs": columns | either,
        "input_data": Split | either,
        # what MLflow and Vertex AI pass on to models that take more than rows; this one does not
        "params": dict[str, Any],
        "parameters": dict[str, Any],
    }
    fields = [(name, kind | None, None) for name, kind in members.items()]
    return msgspec.defstruct("Frame", fields, forbid_unknown_fields=True, gc=False)
