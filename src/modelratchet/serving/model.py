"""One bundle's graph, loaded from checked bytes and run by onnxruntime alone. Knows no HTTP and checks no values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnxruntime

from modelratchet.core.schema import (
    CATEGORICAL_INPUT,
    LABEL_OUTPUT,
    NUMERIC_INPUT,
    PREDICTION_OUTPUT,
    PROBABILITIES_OUTPUT,
)
from modelratchet.errors import EvidenceError
from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.onnx_bytes import refuse_foreign
from modelratchet.storage.bundles import Bundle


class Model:
    """Answers batches."""

    def __init__(self, bundle: Bundle) -> None:
        """Load the graph on the CPU, in one thread: for small models more threads cost more than they give.

        Raises:
            EvidenceError: the graph reaches outside its bytes, uses operators that are not ONNX's own, or cannot be loaded.
        """
        refuse_foreign(bundle.model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a class for each code, with no parent of their own
            raise EvidenceError(
                f"onnxruntime cannot load the bundle's model: {error}", hint="Make the bundle again."
            ) from error
        self._run = self._session.run
        self._is_classifier = bundle.schema.task.is_classification
        self._outputs = [LABEL_OUTPUT, PROBABILITIES_OUTPUT] if self._is_classifier else [PREDICTION_OUTPUT]

    def run(self, batch: Batch, options: onnxruntime.RunOptions | None = None) -> Answer:
        """Answer each row of a batch that was checked; `options.terminate`, set by another thread, ends it."""
        outputs = self._run(self._outputs, _feeds(batch), options)
        if self._is_classifier:
            return Answer(outputs[0], outputs[1], None)
        return Answer(None, None, outputs[0].ravel())


def _feeds(batch: Batch) -> Mapping[str, Any]:
    if batch.categorical is None:
        return {NUMERIC_INPUT: batch.numeric}
    if batch.numeric is None:
        return {CATEGORICAL_INPUT: batch.categorical}
    return {NUMERIC_INPUT: batch.numeric, CATEGORICAL_INPUT: batch.categorical}
