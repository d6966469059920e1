"""`[{"label": …, "probabilities": {class: share}}, …]` or `[{"prediction": number}, …]`: the plain form of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Answer

_encode = msgspec.json.Encoder().encode


class RecordAnswers:
    """Writes answers of one schema, with the model that gave them."""

    def __init__(self, schema: Schema, model: Mapping[str, str]) -> None:
        """Take what each answer says of the model: name, version, bundle."""
        self._classes = schema.classes
        self._head = b'{"model":' + _encode(dict(model)) + b',"request_id":'

    def __call__(self, answer: Answer, request_id: str) -> bytes:
        """The body of a response."""
        rows = records_of(answer, self._classes)
        return b"%b%b%b%b}" % (self._head, _encode(request_id), b',"predictions":', _encode(rows))


def records_of(answer: Answer, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """One mapping a row."""
    if answer.labels is None or answer.probabilities is None:
        return [] if answer.predictions is None else [{"prediction": value} for value in answer.predictions.tolist()]
    return [
        {"label": classes[label], "probabilities": dict(zip(classes, shares, strict=True))}
        for label, shares in zip(answer.labels.tolist(), answer.probabilities.tolist(), strict=True)
    ]
