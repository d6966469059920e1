"""A bundle's graph, run by onnxruntime from verified bytes; and the estimator's answers in the same form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import joblib
import numpy as np
import onnx
import onnxruntime as ort
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.schema import (
    CATEGORICAL_INPUT,
    LABEL_OUTPUT,
    NUMERIC_INPUT,
    PREDICTION_OUTPUT,
    PROBABILITIES_OUTPUT,
)
from modelratchet.core.tasks import Task
from modelratchet.errors import EvidenceError
from modelratchet.modeling.frames import features_of
from modelratchet.modeling.scores import Scores
from modelratchet.storage.bundles import Bundle

Feeds = dict[str, NDArray[Any]]
_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}
_ROWS_PER_CALL = 20_000


class OnnxModel:
    """One loaded graph."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        """Load the graph from the bundle's bytes, on the CPU.

        One thread is what serving uses; with more, onnxruntime may add leaves up in another order.

        Raises:
            EvidenceError: the graph reads data outside the file, or uses operators outside ONNX's own domains.
        """
        _refuse_foreign(bundle.model)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.schema = bundle.schema
        self._session = ort.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]

    def score(self, features: pd.DataFrame) -> Scores:
        """Answer rows, `(n_rows, n_features)`; columns are found by name.

        Raises:
            DataError: a column is missing, or a numeric one holds text.
        """
        prepared = features_of(features, self.schema.numeric, self.schema.categorical)
        chunks = [
            self.run(self.feeds(prepared.iloc[start : start + _ROWS_PER_CALL]))
            for start in range(0, max(len(prepared), 1), _ROWS_PER_CALL)
        ]
        joined = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in self._outputs}
        if self.schema.task is Task.REGRESSION:
            return Scores.regression(joined[PREDICTION_OUTPUT])
        return Scores.classification(self.schema.task, joined[LABEL_OUTPUT], joined[PROBABILITIES_OUTPUT])

    def feeds(self, features: pd.DataFrame) -> Feeds:
        """The graph's inputs for rows in the form of `modeling.frames`."""
        feeds: Feeds = {}
        if self.schema.numeric:
            feeds[NUMERIC_INPUT] = np.ascontiguousarray(features[list(self.schema.numeric)].to_numpy(np.float32))
        if self.schema.categorical:
            feeds[CATEGORICAL_INPUT] = features[list(self.schema.categorical)].to_numpy(object)
        return feeds

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """One call of the graph, as serving makes it."""
        return dict(zip(self._outputs, self._session.run(self._outputs, feeds), strict=True))


def score_estimator(pipeline: Any, features: pd.DataFrame, task: Task) -> Scores:
    """The estimator's own answers for rows in the form of `modeling.frames`.

    On one thread: a forest on several adds its trees in the order they come, and so breaks ties by luck.
    """
    with joblib.parallel_config(backend="sequential"):
        predicted = np.asarray(pipeline.predict(features))
        if task is Task.REGRESSION:
            return Scores.regression(predicted.astype(np.float64).ravel())
        probabilities = np.asarray(pipeline.predict_proba(features), dtype=np.float64)
    return Scores.classification(task, predicted.astype(np.int64), probabilities)


def _refuse_foreign(model: bytes) -> None:
    try:
        proto = onnx.load_model_from_string(model)
    except Exception as error:  # the parser's own error, whose type depends on protobuf
        raise EvidenceError(f"the bundle's model is no ONNX graph: {error}", hint="Make the bundle again.") from error
    domains = {opset.domain for opset in proto.opset_import} | {node.domain for node in _nodes(proto.graph)}
    if domains - _DOMAINS or proto.functions:
        raise EvidenceError(f"the graph uses operators of {sorted(domains - _DOMAINS)}, expected ONNX's own only")
    if any(tensor.external_data or tensor.data_location for tensor in _tensors(proto.graph)):
        raise EvidenceError("the graph reads weights from outside its file, which no digest covers")


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """All nodes, those of branches and loops too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """All constants, wherever they hide."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (
                attribute.t,
                *attribute.tensors,
                attribute.sparse_tensor.values,
                attribute.sparse_tensor.indices,
            )
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)
