"""Rows become Arrow columns, in the process that keeps the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch
from arro3.core import Schema as ArrowSchema

from modelratchet.core.schema import Schema
from modelratchet.serving.prediction_log.steps import Label, Step

MICROSECONDS = DataType.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Stamp:
    """What every row of one server says of the model: its version, and the variant that the rollout gave it."""

    version: str
    variant: str


class PredictionColumns:
    """The columns of predictions by one model."""

    def __init__(self, schema: Schema, stamp: Stamp, redacted: Sequence[str] = ()) -> None:
        """Name the columns.

        Args:
            schema: of the bundle that answers.
            stamp: what every row says.
            redacted: features that must not be written; they get no column at all.
        """
        self._classes = text_array(schema.classes)
        self._version, self._variant = text_array([stamp.version]), text_array([stamp.variant])
        self._n_numeric, self._n_categorical = len(schema.numeric), len(schema.categorical)
        self._numeric = [(place, name) for place, name in enumerate(schema.numeric) if name not in redacted]
        self._categorical = [(place, name) for place, name in enumerate(schema.categorical) if name not in redacted]
        self.schema = self._arrow_schema(schema)
        self.repeating = ("version", "variant", *(f"feature.{name}" for _, name in self._categorical), "label")

    def of(self, step: Step) -> RecordBatch:
        """Make the columns: `(n_rows,)` each, rows in the order of the entries."""
        requests = np.repeat(np.arange(len(step.counts)), step.counts)
        arrays = [
            text_array(step.request_ids).take(requests),
            Array.from_numpy(_row_numbers(step.counts)),
            time_array(np.array(step.times_ns)[requests]),
            self._version.take(np.zeros_like(requests)),
            self._variant.take(np.zeros_like(requests)),
            Array.from_numpy(np.array(step.latencies_us, dtype=np.int64)[requests]),
            *self._features(step, len(requests)),
            *self._answers(step, len(requests)),
        ]
        return RecordBatch.from_arrays(arrays, schema=self.schema)

    def times_ns(self, step: Step) -> np.ndarray:
        """When each row was asked, int64 `(n_rows,)`."""
        return np.repeat(np.array(step.times_ns, dtype=np.int64), step.counts)

    def _features(self, step: Step, n_rows: int) -> list[Array]:
        numbers = np.frombuffer(step.numeric, np.float32).reshape(n_rows, self._n_numeric)
        width = self._n_categorical
        return [
            *(_column(numbers, place) for place, _ in self._numeric),
            *(text_array(step.categorical[place::width]) for place, _ in self._categorical),
        ]

    def _answers(self, step: Step, n_rows: int) -> list[Array]:
        if not len(self._classes):
            return [Array.from_numpy(np.frombuffer(step.predictions, np.float32))]
        labels = np.frombuffer(step.labels, np.int64)
        shares = np.frombuffer(step.probabilities, np.float32).reshape(n_rows, len(self._classes))
        return [self._classes.take(labels), *(_column(shares, place) for place in range(len(self._classes)))]

    def _arrow_schema(self, schema: Schema) -> ArrowSchema:
        text, real = DataType.utf8(), DataType.float32()
        fields = [
            *[Field("request_id", text), Field("row", DataType.int32()), Field("time", MICROSECONDS)],
            *[Field("version", text), Field("variant", text), Field("latency_us", DataType.int64())],
            *(Field(f"feature.{name}", real) for _, name in self._numeric),
            *(Field(f"feature.{name}", text) for _, name in self._categorical),
        ]
        if not schema.classes:
            return ArrowSchema([*fields, Field("prediction", real)])
        return ArrowSchema(
            [*fields, Field("label", text), *(Field(f"probability.{name}", real) for name in schema.classes)]
        )


class FeedbackColumns:
    """The columns of labels that came later."""

    repeating = ("label",)

    def __init__(self, schema: Schema) -> None:
        """Take the type of the label from the schema: text for classes, a number for regression."""
        self._is_text = bool(schema.classes)
        kind = DataType.utf8() if self._is_text else DataType.float64()
        text = DataType.utf8()
        self.schema = ArrowSchema(
            [
                Field("request_id", text),
                Field("row", DataType.int32()),
                Field("time", MICROSECONDS),
                Field("label", kind),
            ]
        )

    def of(self, labels: Sequence[Label]) -> RecordBatch:
        """Make the columns, one row a label."""
        _, times, request_ids, rows, values = zip(*labels, strict=True)
        arrays = [
            text_array(request_ids),
            Array.from_numpy(np.array(rows, dtype=np.int32)),
            time_array(np.array(times)),
            text_array(values) if self._is_text else Array.from_numpy(np.array(values, dtype=np.float64)),
        ]
        return RecordBatch.from_arrays(arrays, schema=self.schema)

    def times_ns(self, labels: Sequence[Label]) -> np.ndarray:
        """When each label came, int64 `(n_labels,)`."""
        return np.array([time_ns for _, time_ns, *_ in labels], dtype=np.int64)


def text_array(values: Iterable[object]) -> Array:
    """Text as Arrow has it: UTF-8, so a lone surrogate, which Python's text may hold, becomes a question mark."""
    texts = list(values)
    try:
        return Array(texts, DataType.utf8())
    except (UnicodeEncodeError, TypeError):
        return Array([str(text).encode("utf-8", "replace").decode() for text in texts], DataType.utf8())


def time_array(times_ns: np.ndarray) -> Array:
    """Times with microseconds, in UTC."""
    return Array.from_numpy(times_ns // 1000).cast(MICROSECONDS)


def _row_numbers(counts: Sequence[int]) -> np.ndarray:
    if len(counts) == sum(counts):
        return np.zeros(len(counts), dtype=np.int32)
    return np.concatenate([np.arange(count, dtype=np.int32) for count in counts])


def _column(values: np.ndarray, place: int) -> Array:
    return Array.from_numpy(np.ascontiguousarray(values[:, place]))
