"""`[{"label": …, "probabilities": {class: share}}, …]` or `[{"prediction": number}, …]`: the plain form of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Answer

_encode = msgspec.json.Encoder().encode


class RecordAnswers:
    """Writes answers of one schema, with the model that gave them."""

    def __init__(self, schema: Schema, model: Mapping[str, str]) -> None:
        """Take what each answer says of the model: name, version, bundle."""
        self._records = _records_of(schema)
        self._head = b'{"model":' + _encode(dict(model)) + b',"request_id":'

    def __call__(self, answer: Answer, request_id: str) -> bytes:
        """The body of a response."""
        return b"%b%b%b%b}" % (self._head, _encode(request_id), b',"predictions":', _encode(self._records(answer)))


def _records_of(schema: Schema) -> Callable[[Answer], list[Any]]:
    """What makes a list of records of an answer: structs, for a mapping a row takes three times as long."""
    if not schema.classes:
        prediction = msgspec.defstruct("Prediction", [("prediction", float)], gc=False)
        return lambda answer: [] if answer.predictions is None else [prediction(v) for v in answer.predictions.tolist()]
    names = [f"c{place}" for place in range(len(schema.classes))]
    fields = [(name, float) for name in names]
    shares = msgspec.defstruct("Shares", fields, rename=dict(zip(names, schema.classes, strict=True)), gc=False)
    record = msgspec.defstruct("Record", [("label", str), ("probabilities", shares)], gc=False)
    classes = schema.classes

    def records(answer: Answer) -> list[Any]:
        if answer.labels is None or answer.probabilities is None:
            return []
        pairs = zip(answer.labels.tolist(), answer.probabilities.tolist(), strict=True)
        return [record(classes[label], shares(*row)) for label, row in pairs]

    return records


def records_of(answer: Answer, schema: Schema) -> list[dict[str, Any]]:
    """One mapping a row, for writers of other forms."""
    found: list[dict[str, Any]] = msgspec.to_builtins(_records_of(schema)(answer))
    return found
