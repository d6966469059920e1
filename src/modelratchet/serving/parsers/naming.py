"""Which column each value of a row belongs to, where the caller says it in a header or by the order alone.

Used by the parsers of split frames and of CSV.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from modelratchet.core.schema import Schema
from modelratchet.serving.problems import Problem


class Naming:
    """The columns of one schema, as callers name them and as batches order them."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema's columns."""
        self.names = tuple(column.name for column in schema.columns)
        self._ordered = (*schema.numeric, *schema.categorical)
        self._known = frozenset(self.names)
        self.n_numeric = len(schema.numeric)
        self.own_order = self.order(self.names)

    def order(self, names: Sequence[str]) -> tuple[int, ...]:
        """Where in a row of these columns each of a batch's columns stands, numbers first.

        Raises:
            Problem: one is unknown, missing or named twice.
        """
        places: dict[str, int] = {}
        for place, name in enumerate(names):
            if name not in self._known:
                raise _misnamed("unknown-column", name, "the schema has no such column")
            if name in places:
                raise _misnamed("duplicate-column", name, "it is named twice")
            places[name] = place
        for name in self.names:
            if name not in places:
                raise _misnamed("missing-column", name, "found nothing, expected a value or an empty one")
        return tuple(places[name] for name in self._ordered)

    def is_header(self, fields: Sequence[str]) -> bool:
        """Whether a first line names the columns: exactly, or so nearly that no row is meant."""
        if len(fields) == len(self.names) and set(fields) == self._known:
            return True
        return len(self._known & set(fields)) > len(fields) // 2

    def column(self, place: int) -> str:
        """The name of a batch's column, numbers first."""
        return self._ordered[place]


def arranged(rows: Sequence[Sequence[Any]], order: Sequence[int]) -> list[tuple[Any, ...]]:
    """The rows' columns in a batch's order; the rows are all of one length."""
    columns = list(zip(*rows, strict=True))
    return [columns[place] for place in order]


def _misnamed(kind: str, name: str, said: str) -> Problem:
    detail = f"column {name[:100]}: {said}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, detail, column=name[:100])
