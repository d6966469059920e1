"""Conversion by skl2onnx, for pipelines with a part that our own emitters do not know. The parity stage shows whether it is right."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from modelratchet.core.schema import CATEGORICAL_INPUT, NUMERIC_INPUT
from modelratchet.core.tasks import Task
from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_graph import IR_VERSION

_OPSETS = {"": 21, "ai.onnx.ml": 3}


def convert_by_skl2onnx(
    pipeline: Any, numeric: Sequence[str], categorical: Sequence[str], task: Task
) -> onnx.ModelProto:
    """Convert a whole fitted pipeline, then replace its one input a column by the schema's two matrices.

    Returns:
        A model with inputs as in `core.schema` and outputs as skl2onnx names them (label and probabilities, or
        variable), scores as float32.

    Raises:
        ConversionError: skl2onnx refuses the pipeline.
    """
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    types = [(name, FloatTensorType([None, 1])) for name in numeric]
    types += [(name, StringTensorType([None, 1])) for name in categorical]
    options = {id(pipeline): {"zipmap": False}} if task.is_classification else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = convert_sklearn(pipeline, "modelratchet", types, target_opset=_OPSETS, options=options)
    except Exception as error:  # skl2onnx raises whatever its converters raise
        raise ConversionError(
            f"the estimator cannot be expressed in ONNX: {_first_line(error)}",
            hint="docs/how-to/estimators.md lists what can be converted. FunctionTransformer: compute the column in "
            "rows(); VotingClassifier: set flatten_transform=False, or use one estimator.",
        ) from error
    return _with_two_inputs(model, list(numeric), list(categorical))


def _with_two_inputs(model: onnx.ModelProto, numeric: list[str], categorical: list[str]) -> onnx.ModelProto:
    # skl2onnx gives columns names that suit ONNX, in the order they were handed in
    names = dict(zip(numeric + categorical, (value.name for value in model.graph.input), strict=True))
    nodes, inputs = [], []
    groups = ((NUMERIC_INPUT, numeric, TensorProto.FLOAT), (CATEGORICAL_INPUT, categorical, TensorProto.STRING))
    for name, columns, kind in groups:
        if not columns:
            continue
        inputs.append(helper.make_tensor_value_info(name, kind, [None, len(columns)]))
        for position, column in enumerate(columns):
            index = f"modelratchet_{name}_{position}"
            model.graph.initializer.append(numpy_helper.from_array(np.array([position], dtype=np.int64), index))
            nodes.append(helper.make_node("Gather", [name, index], [names[column]], name=f"{index}_node", axis=1))
    kept = list(model.graph.node)
    del model.graph.node[:], model.graph.input[:]
    model.graph.node.extend([*nodes, *kept])
    model.graph.input.extend(inputs)
    model.ir_version = IR_VERSION
    model.producer_version = ""
    return model


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0] if text else ''}"
