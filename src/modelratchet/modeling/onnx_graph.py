"""A small builder of ONNX graphs whose bytes depend on nothing but what is put in. Called by the `onnx_*` emitters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 21
IR_VERSION = 10
ML_DOMAIN = "ai.onnx.ml"


@dataclass(frozen=True)
class Block:
    """A matrix in the graph, `(n_rows, n_columns)`: numbers in double, or text.

    `columns` are the frame's column names while they still stand for one column each, empty after that.
    `is_float32` tells whether every number is known to fit float32, so that no rounding is needed before trees.
    """

    name: str
    columns: tuple[str, ...]
    n_columns: int
    is_text: bool
    is_float32: bool


class GraphBuilder:
    """Collects nodes and constants; names count up in the order of the calls."""

    def __init__(self) -> None:
        """Start an empty graph."""
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._ml_opset = 3

    def add(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add a node of the standard domain with one output, and name that output."""
        return self._node(operator, inputs, "", attributes)

    def add_ml(self, operator: str, inputs: Sequence[str], opset: int = 3, **attributes: Any) -> str:
        """Add a node of ONNX's machine-learning domain; `opset` is the lowest version that has it."""
        self._ml_opset = max(self._ml_opset, opset)
        return self._node(operator, inputs, ML_DOMAIN, attributes)

    def add_ml_pair(self, operator: str, inputs: Sequence[str], **attributes: Any) -> tuple[str, str]:
        """Add a node of ONNX's machine-learning domain with two outputs, and name those."""
        first = self._node(operator, inputs, ML_DOMAIN, attributes)
        second = f"{first}_scores"
        self._nodes[-1].output.append(second)
        return first, second

    def constant(self, values: NDArray[Any] | Sequence[Any] | float, dtype: Any) -> str:
        """Add a constant and name it."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def text(self, values: Sequence[str]) -> str:
        """Add a constant of strings, `(n,)`, and name it."""
        name = f"constant_{len(self._constants)}"
        encoded = [value.encode("utf-8") for value in values]
        self._constants.append(helper.make_tensor(name, TensorProto.STRING, [len(encoded)], encoded))
        return name

    def rename(self, old: str, new: str) -> None:
        """Give a node's output the name that the schema promises."""
        self._nodes.append(helper.make_node("Identity", [old], [new], name=f"Identity_{len(self._nodes)}"))

    def build(self, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]) -> onnx.ModelProto:
        """Make the model."""
        graph = helper.make_graph(self._nodes, "modelratchet", list(inputs), list(outputs), self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML_DOMAIN, self._ml_opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="modelratchet")

    def _node(self, operator: str, inputs: Sequence[str], domain: str, attributes: dict[str, Any]) -> str:
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, list(inputs), [output], name=f"{output}_node", domain=domain, **attributes)
        )
        return output
