"""`{"predictions": [{"label": …, "probability.CLASS": …}, …]}`: what MLflow, Vertex AI and SageMaker's callers read."""

from __future__ import annotations

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Answer
from modelratchet.serving.encoders.flat import answer_columns, answer_rows

_encode = msgspec.json.Encoder().encode


class Predictions:
    """Writes answers of one schema."""

    def __init__(self, schema: Schema) -> None:
        """Take the names."""
        self._columns, self._classes = answer_columns(schema), schema.classes

    def __call__(self, answer: Answer) -> bytes:
        """The body of a response."""
        columns = self._columns
        return _encode(
            {"predictions": [dict(zip(columns, row, strict=True)) for row in answer_rows(answer, self._classes)]}
        )
