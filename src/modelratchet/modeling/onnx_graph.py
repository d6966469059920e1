"""A small builder of ONNX graphs: names, constants, nodes, and bytes that depend on nothing else.

Holds no knowledge of scikit-learn. Called by the `onnx_*` exporters; `inputs` gives them the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from modelratchet.core.schema import CATEGORICAL_INPUT, NUMERIC_INPUT

OPSET = 21
ML_DOMAIN = "ai.onnx.ml"
ML_OPSET_CLASSIC = 3
ML_OPSET_TREES = 5
_IR_VERSION = 10


class GraphBuilder:
    """Collects nodes in order; equal calls give equal bytes."""

    def __init__(self, numeric: Sequence[str], categorical: Sequence[str]) -> None:
        """Start a graph with the inputs that these columns need."""
        self.numeric = tuple(numeric)
        self.categorical = tuple(categorical)
        self.ml_opset = ML_OPSET_CLASSIC
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}
        self._seen: dict[bytes, str] = {}
        self._count = 0

    def add(self, operator: str, inputs: Sequence[str], *, domain: str = "", **attributes: Any) -> str:
        """Append a node with one output and name that; an equal node is not added twice."""
        node = helper.make_node(operator, list(inputs), [], domain=domain, **attributes)
        key = node.SerializeToString(deterministic=True)
        if key not in self._seen:
            self._seen[key] = self.new_name()
            node.output.append(self._seen[key])
            self._nodes.append(node)
        return self._seen[key]

    def add_foreign(self, node: onnx.NodeProto) -> None:
        """Append a node whose names were made by `new_name` already."""
        self._nodes.append(node)

    def constant(self, values: NDArray[Any]) -> str:
        """Name an array of the graph; equal arrays share a name."""
        array = np.ascontiguousarray(values).reshape(np.shape(values))
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(array, f"c{len(self._constants)}")
        return str(self._constants[key].name)

    def texts(self, values: Sequence[str]) -> str:
        """Name a vector of strings."""
        key = ("text", (len(values),), repr(list(values)).encode())
        if key not in self._constants:
            encoded = [value.encode() for value in values]
            name = f"c{len(self._constants)}"
            self._constants[key] = helper.make_tensor(name, TensorProto.STRING, [len(values)], encoded)
        return str(self._constants[key].name)

    def new_name(self) -> str:
        """A name that no other value has."""
        self._count += 1
        return f"v{self._count}"

    def cast(self, name: str, kind: int) -> str:
        """Convert a tensor to an ONNX element type."""
        return self.add("Cast", [name], to=kind)

    def model(self, outputs: dict[str, tuple[str, onnx.ValueInfoProto]]) -> bytes:
        """Finish: `outputs` maps a public name to the value's inner name and its type."""
        nodes = [*self._nodes]
        nodes += [helper.make_node("Identity", [inner], [name]) for name, (inner, _) in outputs.items()]
        graph = helper.make_graph(
            _without_copies(nodes, set(outputs)),
            "model",
            self._inputs(),
            [info for _, info in outputs.values()],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML_DOMAIN, self.ml_opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="modelratchet")
        data: bytes = model.SerializeToString(deterministic=True)
        return data

    def _inputs(self) -> list[onnx.ValueInfoProto]:
        inputs = []
        if self.numeric:
            shape = [None, len(self.numeric)]
            inputs.append(helper.make_tensor_value_info(NUMERIC_INPUT, TensorProto.FLOAT, shape))
        if self.categorical:
            shape = [None, len(self.categorical)]
            inputs.append(helper.make_tensor_value_info(CATEGORICAL_INPUT, TensorProto.STRING, shape))
        return inputs


def _without_copies(nodes: list[onnx.NodeProto], public: set[str]) -> list[onnx.NodeProto]:
    """Write results under their public name at once: each copy would cost time on every call."""
    consumers: dict[str, int] = {}
    for node in nodes:
        for name in node.input:
            consumers[name] = consumers.get(name, 0) + 1
    made = {name: node for node in nodes for name in node.output}
    kept = []
    for node in nodes:
        source = node.input[0] if node.input else ""
        is_copy = node.op_type == "Identity" and node.output[0] in public
        if is_copy and consumers[source] == 1 and source in made:
            producer = made[source]
            producer.output[list(producer.output).index(source)] = node.output[0]
        else:
            kept.append(node)
    return kept
