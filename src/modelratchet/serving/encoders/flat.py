"""An answer as flat rows, `label` and a `probability.CLASS` each, or `prediction`: the columns that the registered MLflow model gives.

The encoders of envelopes, JSON Lines and CSV write these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelratchet.core.schema import LABEL_OUTPUT, PREDICTION_OUTPUT, Schema
from modelratchet.serving.batches import Answer


def answer_columns(schema: Schema) -> tuple[str, ...]:
    """Names of an answer's values, in order."""
    if not schema.task.is_classification:
        return (PREDICTION_OUTPUT,)
    return (LABEL_OUTPUT, *(f"probability.{name}" for name in schema.classes))


def answer_rows(answer: Answer, classes: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """The values of each row."""
    if answer.labels is None or answer.probabilities is None:
        yield from ((value,) for value in ([] if answer.predictions is None else answer.predictions.tolist()))
        return
    for label, shares in zip(answer.labels.tolist(), answer.probabilities.tolist(), strict=True):
        yield classes[label], *shares
