"""Scoring by the bundle's own bytes, with onnxruntime alone.

Called by evaluation, parity, comparison and latency measurements; what serves in production does the same without pandas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.schema import (
    CATEGORICAL_INPUT,
    LABEL_OUTPUT,
    NUMERIC_INPUT,
    PREDICTION_OUTPUT,
    PROBABILITIES_OUTPUT,
)
from modelratchet.errors import DigestError
from modelratchet.modeling.scores import Scores
from modelratchet.storage.bundles import Bundle

DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_ROWS_PER_RUN = 8192  # bounds the memory of one-hot columns


class OnnxModel:
    """A bundle's graph, loaded."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        """Load verified bytes.

        Args:
            bundle: what `read_bundle` gave.
            threads: threads of one call; with more than one, sums over trees may differ in the last bit.

        Raises:
            DigestError: the graph reaches outside its bytes, or uses operators of a foreign domain.
        """
        _refuse_what_reaches_out(bundle.model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.schema = bundle.schema
        self._session = onnxruntime.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
        self._inputs = frozenset(item.name for item in self._session.get_inputs())
        outputs = [LABEL_OUTPUT, PROBABILITIES_OUTPUT]
        self._outputs = outputs if self.schema.task.is_classification else [PREDICTION_OUTPUT]

    def score(self, features: pd.DataFrame) -> Scores:
        """Answer for rows in the form of `frames.features_of`."""
        answers = [self.run(self.feeds(part)) for part in _parts(features)]
        joined = [np.concatenate(column) for column in zip(*answers, strict=True)]
        if self.schema.task.is_classification:
            return Scores.classification(self.schema.task, joined[0], joined[1])
        return Scores.regression(joined[0])

    def feeds(self, features: pd.DataFrame) -> dict[str, NDArray[Any]]:
        """The graph's inputs for these rows; columns are taken by name."""
        feeds: dict[str, NDArray[Any]] = {}
        if NUMERIC_INPUT in self._inputs:
            numbers = features[list(self.schema.numeric)].to_numpy(np.float32)
            feeds[NUMERIC_INPUT] = np.ascontiguousarray(numbers)
        if CATEGORICAL_INPUT in self._inputs:
            texts = features[list(self.schema.categorical)].to_numpy(object)
            feeds[CATEGORICAL_INPUT] = np.ascontiguousarray(texts)
        return feeds

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Run the graph: label and probabilities, or the prediction alone."""
        answers: list[NDArray[Any]] = self._session.run(self._outputs, feeds)
        return answers


def _parts(features: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, max(len(features), 1), _ROWS_PER_RUN):
        yield features.iloc[start : start + _ROWS_PER_RUN]


def _refuse_what_reaches_out(data: bytes) -> None:
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:  # the parser's own error type depends on protobuf's version
        raise DigestError(f"the bundle's model is no ONNX graph: {error}", hint="Make the bundle again.") from error
    foreign = {item.domain for item in model.opset_import} | {node.domain for node in _nodes(model.graph)}
    foreign -= DOMAINS
    if foreign or model.functions:
        raise DigestError(
            f"the bundle's graph uses operators of {sorted(foreign) or 'its own functions'}, expected ONNX's own only",
            hint="Do not use this bundle; make it again with `ratchet run`.",
        )
    if any(tensor.external_data or tensor.data_location for tensor in _tensors(model.graph)):
        raise DigestError("the bundle's graph reads files outside its bytes", hint="Do not use this bundle.")


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)
