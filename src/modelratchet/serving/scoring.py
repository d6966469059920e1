"""One bundle, loaded from verified bytes, answering records. No HTTP here; `service` puts it behind BentoML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from modelratchet.core.schema import (
    CATEGORICAL_INPUT,
    LABEL_OUTPUT,
    MISSING_CATEGORY,
    NUMERIC_INPUT,
    PREDICTION_OUTPUT,
    PROBABILITIES_OUTPUT,
    Column,
    Schema,
)
from modelratchet.errors import DataError
from modelratchet.storage.bundles import Bundle, read_bundle

Record = Mapping[str, Any]


class Scorer:
    """Answers records with one bundle's model."""

    def __init__(self, bundle: Bundle) -> None:
        """Load the graph from the bundle's checked bytes, on the CPU, in one thread."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
        self.schema = bundle.schema
        self.digest = bundle.digest

    @classmethod
    def open(cls, directory: Path) -> Scorer:
        """Load a bundle's directory.

        Raises:
            EvidenceError: a file is missing, or its bytes are not the ones that the manifest names.
        """
        return cls(read_bundle(directory))

    def score(self, records: Sequence[Record]) -> list[dict[str, Any]]:
        """Answer each record, in order.

        Args:
            records: one mapping of column to value a row; None or a missing key is a missing value.

        Returns:
            For a classifier `{"label": class, "probabilities": {class: share}}`, for a regressor `{"prediction": number}`.

        Raises:
            DataError: no rows, an unknown column, or a value of the wrong type; row and column are named.
        """
        if not records:
            raise DataError("found no rows, expected at least one")
        outputs = self._session.run(None, feeds_of(records, self.schema))
        return _answers(
            dict(zip((output.name for output in self._session.get_outputs()), outputs, strict=True)), self.schema
        )


def feeds_of(records: Sequence[Record], schema: Schema) -> dict[str, np.ndarray]:
    """Turn records into the graph's inputs.

    Raises:
        DataError: an unknown column, or a value of the wrong type; row and column are named.
    """
    known = {column.name for column in schema.columns}
    for row, record in enumerate(records):
        if unknown := sorted(set(record) - known):
            raise DataError(f"row {row} has unknown columns {unknown}, expected some of {sorted(known)}")
    feeds: dict[str, np.ndarray] = {}
    numeric = [column for column in schema.columns if column.kind == "numeric"]
    categorical = [column for column in schema.columns if column.kind == "categorical"]
    if numeric:
        rows = [
            [_number(record.get(column.name), row, column) for column in numeric] for row, record in enumerate(records)
        ]
        feeds[NUMERIC_INPUT] = np.array(rows, dtype=np.float32)
    if categorical:
        texts = [
            [_text(record.get(column.name), row, column) for column in categorical]
            for row, record in enumerate(records)
        ]
        feeds[CATEGORICAL_INPUT] = np.array(texts, dtype=object)
    return feeds


def _number(value: Any, row: int, column: Column) -> float:
    if value is None:
        return math.nan
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    raise DataError(f"row {row}, column {column.name}: found {value!r}, expected a finite number or null")


def _text(value: Any, row: int, column: Column) -> str:
    if value is None:
        return MISSING_CATEGORY
    if isinstance(value, str):
        return value
    raise DataError(f"row {row}, column {column.name}: found {value!r}, expected text or null")


def _answers(outputs: Mapping[str, np.ndarray], schema: Schema) -> list[dict[str, Any]]:
    if not schema.task.is_classification:
        return [{"prediction": float(value)} for value in outputs[PREDICTION_OUTPUT]]
    labels, probabilities = outputs[LABEL_OUTPUT], outputs[PROBABILITIES_OUTPUT]
    return [
        {
            "label": schema.classes[int(label)],
            "probabilities": {name: float(share) for name, share in zip(schema.classes, shares, strict=True)},
        }
        for label, shares in zip(labels, probabilities, strict=True)
    ]
