"""JSON Lines: each line a row, as an object or as a list in the schema's order.

Source: jsonlines.org; SageMaker, "Common data formats for inference" (`application/jsonlines`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Batch
from modelratchet.serving.parsers.frames import Rows
from modelratchet.serving.parsers.naming import Naming
from modelratchet.serving.parsers.records import count_colons, refuse_size, refuse_twice
from modelratchet.serving.problems import Problem, unreadable

JSON_LINES = "application/jsonlines"
MEDIA_TYPES = (JSON_LINES, "application/x-ndjson", "application/jsonl")


class JsonLines:
    """Reads lines of one schema."""

    def __init__(self, schema: Schema, maximum_rows: int) -> None:
        """Make the decoder."""
        self._maximum_rows, self._names = maximum_rows, Naming(schema).names
        self._rows = Rows(schema)
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._rows.either_type)

    def __call__(self, body: bytes) -> Batch:
        """Read a body; empty lines are passed over.

        Raises:
            Problem: a line is not a row, or there are no or too many.
        """
        try:
            rows = self._decoder.decode_lines(body)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise self._fault(body, error) from error
        refuse_size(len(rows), self._maximum_rows)
        if count_colons(body) != self._rows.n_keys(rows):
            for line in _lines(body):
                refuse_twice(line)
        return self._rows.batch(rows)

    def _fault(self, body: bytes, error: Exception) -> Problem:
        """The decoder counts rows where values are wrong, and bytes where a line is no JSON: look for that line."""
        found = unreadable(error, self._names)
        if found.row is not None:
            return found
        for number, line in enumerate(_lines(body)):
            try:
                self._decoder.decode(line)
            except (ValueError, RecursionError, msgspec.MsgspecError) as cause:
                said = unreadable(cause, self._names)
                return Problem(said.status, said.kind, f"row {number}: {said.detail}", row=number, column=said.column)
        return found


def _lines(body: bytes) -> list[bytes]:
    return [line for line in body.split(b"\n") if line.strip()]
