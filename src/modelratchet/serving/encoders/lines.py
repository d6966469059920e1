"""JSON Lines and CSV of an answer: a line for each row of the request, so that both can be put side by side.

Source: jsonlines.org; RFC 4180 and its `header` parameter; SageMaker batch transform, which joins line to line and wants no header.
"""

from __future__ import annotations

import csv
import io

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Answer
from modelratchet.serving.encoders.flat import answer_columns, answer_rows

_encode_lines = msgspec.json.Encoder().encode_lines


class JsonLinesAnswers:
    """Writes an object a line."""

    def __init__(self, schema: Schema) -> None:
        """Take the names."""
        self._columns, self._classes = answer_columns(schema), schema.classes

    def __call__(self, answer: Answer) -> bytes:
        """The body of a response."""
        columns = self._columns
        return _encode_lines([dict(zip(columns, row, strict=True)) for row in answer_rows(answer, self._classes)])


class CsvAnswers:
    """Writes a line of values a row, under a header where one is asked for."""

    def __init__(self, schema: Schema, *, has_header: bool) -> None:
        """Take the names."""
        self._columns, self._classes, self._has_header = answer_columns(schema), schema.classes, has_header

    def __call__(self, answer: Answer) -> bytes:
        """The body of a response."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if self._has_header:
            writer.writerow(self._columns)
        writer.writerows(answer_rows(answer, self._classes))
        return text.getvalue().encode()
