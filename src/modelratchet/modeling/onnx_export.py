"""Turns a fitted pipeline into the bytes that are served.

What the emitters know becomes a small graph in double precision that repeats scikit-learn's arithmetic step by step
(docs/adr/0002); anything else is left to skl2onnx in float32. Either way the parity stage compares the result with the
estimator. Called by the `convert` stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from modelratchet.core.schema import (
    CATEGORICAL_INPUT,
    LABEL_OUTPUT,
    NUMERIC_INPUT,
    PREDICTION_OUTPUT,
    PROBABILITIES_OUTPUT,
)
from modelratchet.core.tasks import Task
from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_estimators import Answers, emit_estimator
from modelratchet.modeling.onnx_fallback import convert_by_skl2onnx
from modelratchet.modeling.onnx_graph import Block, GraphBuilder
from modelratchet.modeling.onnx_transformers import NotEmittedError, emit_columns, emit_transformer, is_identity

# beyond this protobuf keeps weights outside the file, which nothing here reads
_MOST_BYTES = 1 << 30


def export_onnx(pipeline: Any, numeric: Sequence[str], categorical: Sequence[str], task: Task) -> bytes:
    """Convert a fitted pipeline.

    Args:
        pipeline: a fitted scikit-learn pipeline that takes a frame as `modeling.frames` makes it; a classifier was fitted
            on class indices 0 to k - 1.
        numeric: numeric columns in the order of the `numeric` input.
        categorical: categorical columns in the order of the `categorical` input.
        task: what the label means.

    Returns:
        The serialized graph; equal pipelines give equal bytes.

    Raises:
        ConversionError: a step cannot be expressed in ONNX, or the graph would be too large.
    """
    try:
        model = _emitted(pipeline, numeric, categorical)
    except NotEmittedError:
        model = _named(convert_by_skl2onnx(pipeline, numeric, categorical, task), task)
    data: bytes = model.SerializeToString(deterministic=True)
    if len(data) > _MOST_BYTES:
        raise ConversionError(
            f"the graph has {len(data) / 2**30:.1f} GiB, at most 1 GiB is allowed", hint="Fit fewer or smaller trees."
        )
    return data


def _emitted(pipeline: Any, numeric: Sequence[str], categorical: Sequence[str]) -> onnx.ModelProto:
    if not isinstance(pipeline, Pipeline) or not isinstance(pipeline.steps[0][1], ColumnTransformer):
        raise NotEmittedError("a pipeline that does not start with a ColumnTransformer")
    graph = GraphBuilder()
    (_, columns), *middle, (_, estimator) = pipeline.steps
    inputs, blocks = _inputs(graph, numeric, categorical)
    block = emit_columns(graph, columns, blocks)
    for _, step in middle:
        if not is_identity(step):
            block = emit_transformer(graph, step, block)
    return graph.build(inputs, _outputs(graph, emit_estimator(graph, estimator, block)))


def _inputs(
    graph: GraphBuilder, numeric: Sequence[str], categorical: Sequence[str]
) -> tuple[list[onnx.ValueInfoProto], list[Block]]:
    inputs, blocks = [], []
    if numeric:
        inputs.append(helper.make_tensor_value_info(NUMERIC_INPUT, TensorProto.FLOAT, [None, len(numeric)]))
        name = graph.add("Cast", [NUMERIC_INPUT], to=TensorProto.DOUBLE)
        blocks.append(Block(name, tuple(numeric), len(numeric), is_text=False, is_float32=True))
    if categorical:
        inputs.append(helper.make_tensor_value_info(CATEGORICAL_INPUT, TensorProto.STRING, [None, len(categorical)]))
        blocks.append(Block(CATEGORICAL_INPUT, tuple(categorical), len(categorical), is_text=True, is_float32=False))
    return inputs, blocks


def _outputs(graph: GraphBuilder, answers: Answers) -> list[onnx.ValueInfoProto]:
    if answers.prediction:
        flat = graph.add("Reshape", [answers.prediction, graph.constant([-1], np.int64)])
        graph.rename(graph.add("Cast", [flat], to=TensorProto.FLOAT), PREDICTION_OUTPUT)
        return [helper.make_tensor_value_info(PREDICTION_OUTPUT, TensorProto.FLOAT, [None])]
    graph.rename(answers.label, LABEL_OUTPUT)
    graph.rename(graph.add("Cast", [answers.probabilities], to=TensorProto.FLOAT), PROBABILITIES_OUTPUT)
    return [
        helper.make_tensor_value_info(LABEL_OUTPUT, TensorProto.INT64, [None]),
        helper.make_tensor_value_info(PROBABILITIES_OUTPUT, TensorProto.FLOAT, [None, None]),
    ]


def _named(model: onnx.ModelProto, task: Task) -> onnx.ModelProto:
    """Give skl2onnx's outputs the names and shapes of the schema."""
    found = [value.name for value in model.graph.output]
    if task.is_classification:
        wanted = {found[0]: (LABEL_OUTPUT, TensorProto.INT64, [None])}
        wanted[found[1]] = (PROBABILITIES_OUTPUT, TensorProto.FLOAT, [None, None])
    else:
        wanted = {found[0]: (PREDICTION_OUTPUT, TensorProto.FLOAT, [None])}
    del model.graph.output[:]
    for old, (new, kind, shape) in wanted.items():
        shape_name = f"modelratchet_shape_{new}"
        if len(shape) == 1:
            model.graph.initializer.append(helper.make_tensor(shape_name, TensorProto.INT64, [1], [-1]))
            model.graph.node.append(
                helper.make_node("Reshape", [old, shape_name], [f"{new}_flat"], name=f"{new}_reshape")
            )
            old = f"{new}_flat"
        model.graph.node.append(helper.make_node("Cast", [old], [f"{new}_out"], name=f"{new}_cast", to=kind))
        model.graph.output.append(helper.make_tensor_value_info(f"{new}_out", kind, shape))
    return _renamed_outputs(model)


def _renamed_outputs(model: onnx.ModelProto) -> onnx.ModelProto:
    """skl2onnx may use the schema's names inside; those move out of the way."""
    final = {f"{name}_out": name for name in (LABEL_OUTPUT, PROBABILITIES_OUTPUT, PREDICTION_OUTPUT)}
    for node in model.graph.node:
        for names in (node.input, node.output):
            for position, name in enumerate(names):
                names[position] = final.get(name, f"inner_{name}" if name in final.values() else name)
    for value in model.graph.output:
        value.name = final[value.name]
    return model
