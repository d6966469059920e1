"""CSV: values in the schema's order, or under a header in any order; an empty field is a missing value.

Source: RFC 4180; SageMaker, "Common data formats for inference" (`text/csv`, no header); MLflow's scoring protocol (`DataFrame.to_csv`, a header).
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Sequence
from http import HTTPStatus

import numpy as np

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Batch
from modelratchet.serving.parsers.naming import Naming, arranged
from modelratchet.serving.parsers.records import refuse_size
from modelratchet.serving.problems import Problem, unreadable

CSV = "text/csv"
# with these signs alone `float` takes no infinity, no NaN, no underscores and no digits of other scripts
_OF_NUMBERS = frozenset("0123456789+-.eE \t")


class CsvRows:
    """Reads CSV of one schema."""

    def __init__(self, schema: Schema, maximum_rows: int) -> None:
        """Take the columns and the limit."""
        self._maximum_rows, self._naming = maximum_rows, Naming(schema)

    def __call__(self, body: bytes) -> Batch:
        """Read a body.

        Raises:
            Problem: it is no CSV of these columns, or has no or too many rows; it names the line.
        """
        lines, numbers = _split(body, self._maximum_rows + 2)
        has_header = bool(lines) and self._naming.is_header(lines[0])
        order = self._naming.order(lines[0]) if has_header else self._naming.own_order
        if has_header:
            del lines[0], numbers[0]
        refuse_size(len(lines), self._maximum_rows)
        for row, fields in enumerate(lines):
            if len(fields) != len(order):
                raise _fault("wrong-length", f"found {_fields(fields)}, expected {len(order)}", row, numbers)
        return self._batch(arranged(lines, order), numbers)

    def _batch(self, columns: list[tuple[str, ...]], numbers: Sequence[int]) -> Batch:
        n_rows, n_numeric = len(numbers), self._naming.n_numeric
        numeric = np.empty((n_rows, n_numeric), np.float32) if n_numeric else None
        for place, values in enumerate(columns[:n_numeric]):
            numeric[:, place] = self._numbers(values, place, numbers)  # type: ignore[index]
        if len(columns) == n_numeric:
            return Batch(n_rows, numeric, None)
        categorical = np.empty((n_rows, len(columns) - n_numeric), dtype=object)
        for place, values in enumerate(columns[n_numeric:]):
            categorical[:, place] = values
        return Batch(n_rows, numeric, categorical)

    def _numbers(self, values: tuple[str, ...], place: int, numbers: Sequence[int]) -> list[float]:
        if _OF_NUMBERS.issuperset("".join(values)):
            try:
                return [float(value) if value else math.nan for value in values]
            except ValueError:
                pass
        row = next(row for row, value in enumerate(values) if value and not _is_number(value))
        said = f"found {values[row][:100]!r}, expected a number or nothing"
        raise _fault("wrong-type", said, row, numbers, self._naming.column(place))


def _split(body: bytes, maximum: int) -> tuple[list[list[str]], list[int]]:
    """The records, at most `maximum`, and the line on which each ends."""
    # line by line: the whole text beside the body, and a letter takes four bytes in a StringIO, would be five times its size
    text = io.TextIOWrapper(io.BytesIO(body.rstrip(b"\r\n")), "utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    lines: list[list[str]] = []
    numbers: list[int] = []
    try:
        for fields in itertools.islice(reader, maximum):
            lines.append(fields)
            numbers.append(reader.line_num)
    except UnicodeDecodeError as error:
        raise unreadable(error) from error
    except csv.Error as error:
        detail = f"line {reader.line_num}: the body is not CSV: {error}"
        raise Problem(HTTPStatus.BAD_REQUEST, "not-csv", detail, row=len(lines)) from error
    return lines, numbers


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return _OF_NUMBERS.issuperset(text)


def _fields(fields: Sequence[str]) -> str:
    return "an empty line" if not fields else f"{len(fields)} fields" if len(fields) > 1 else "1 field"


def _fault(kind: str, said: str, row: int, numbers: Sequence[int], column: str | None = None) -> Problem:
    place = f"line {numbers[row]}" + (f", column {column[:100]}" if column else "")
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, f"{place}: {said}", row=row, column=column)
