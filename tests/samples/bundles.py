"""Small real bundles: a graph that onnxruntime runs, made by hand."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from modelratchet.core.manifest import Lineage
from modelratchet.core.schema import Column, Schema
from modelratchet.core.tasks import Task
from modelratchet.storage.bundles import Bundle, make_bundle

LINEAGE = Lineage("sha256:1", "sha256:2", "sha256:3", "sha256:4", {"numpy": "2.4.6"})


def binary_bundle(weight: float = 1.0, idle_nodes: int = 0) -> Bundle:
    """Late when `weight * hour` exceeds 12, a missing hour being 0; `carrier` is taken and not used, but for UA, which adds 1.

    `idle_nodes` are so many more to be computed, whose result is then multiplied by 0.
    """
    columns = (
        Column("hour", "numeric", allows_missing=True, minimum=0.0, maximum=23.0, categories=()),
        Column("carrier", "categorical", allows_missing=False, minimum=None, maximum=None, categories=("AA", "UA")),
    )
    schema = Schema("flights", Task.BINARY, "late", ("0", "1"), columns)
    return make_bundle(_graph(weight, idle_nodes).SerializeToString(), schema, LINEAGE)


def number_bundle() -> Bundle:
    """A regression on numbers alone: the rent is 10 euro a square metre and 5 a year, a missing value being 0."""
    columns = tuple(
        Column(name, "numeric", allows_missing=missing, minimum=low, maximum=high, categories=())
        for name, missing, low, high in (("metres", False, 12.5, 240.0), ("year", True, 1890.0, 2026.0))
    )
    nodes = [
        helper.make_node("IsNaN", ["numeric"], ["is_missing"]),
        helper.make_node("Where", ["is_missing", "zero", "numeric"], ["given"]),
        helper.make_node("MatMul", ["given", "weights"], ["prediction"]),
    ]
    constants = {"zero": np.array(0.0, np.float32), "weights": np.array([[10.0], [5.0]], np.float32)}
    inputs = [helper.make_tensor_value_info("numeric", TensorProto.FLOAT, [None, 2])]
    outputs = [helper.make_tensor_value_info("prediction", TensorProto.FLOAT, [None, 1])]
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "rent", inputs, outputs, initializers)
    schema = Schema("rent", Task.REGRESSION, "euro", (), columns)
    return make_bundle(_model(graph).SerializeToString(), schema, LINEAGE)


def choice_bundle(n_classes: int = 20) -> Bundle:
    """Many classes from one category alone: a blue thing is the likelier the later its class stands, another is any of them."""
    column = Column(
        "colour", "categorical", allows_missing=True, minimum=None, maximum=None, categories=("blue", "red, or pink")
    )
    nodes = [
        helper.make_node("Equal", ["categorical", "blue"], ["is_blue"]),
        helper.make_node("Cast", ["is_blue"], ["blueness"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["blueness", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0),
    ]
    weights = np.linspace(0, 3, n_classes, dtype=np.float32).reshape(1, -1)
    initializers = [
        numpy_helper.from_array(weights, "weights"), helper.make_tensor("blue", TensorProto.STRING, [1], [b"blue"])
    ]  # fmt: skip
    inputs = [helper.make_tensor_value_info("categorical", TensorProto.STRING, [None, 1])]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, n_classes]),
    ]
    graph = helper.make_graph(nodes, "things", inputs, outputs, initializers)
    schema = Schema("things", Task.MULTICLASS, "thing", tuple(f"thing {n}" for n in range(n_classes)), (column,))
    return make_bundle(_model(graph).SerializeToString(), schema, LINEAGE)


def hostile_bundle() -> Bundle:
    """The same graph under names that try to be markup, a script, or something that JavaScript has already."""
    columns = (
        Column("<script>alert(1)</script>", "numeric", allows_missing=True, minimum=0.0, maximum=23.0, categories=()),
        Column(
            "__proto__", "categorical", allows_missing=False, minimum=None, maximum=None,
            categories=('"><img src=x onerror=alert(2)>', "missing", "other"),
        ),
    )  # fmt: skip
    classes = ("<b>on time</b>", "<img src=x onerror=alert(3)>")
    schema = Schema("flights", Task.BINARY, "</p><i>late</i>", classes, columns)
    return make_bundle(_graph(1.0, 0).SerializeToString(), schema, LINEAGE)


def _graph(weight: float, idle_nodes: int) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Equal", ["categorical", "ua"], ["is_ua"]),
        helper.make_node("Cast", ["is_ua"], ["ua_number"], to=TensorProto.FLOAT),
        helper.make_node("IsNaN", ["numeric"], ["is_missing"]),
        helper.make_node("Where", ["is_missing", "zero", "numeric"], ["given"]),
        *(helper.make_node("Sin", [f"idle{n}" if n else "given"], [f"idle{n + 1}"]) for n in range(idle_nodes)),
        helper.make_node("Mul", [f"idle{idle_nodes}" if idle_nodes else "given", "zero"], ["nothing"]),
        helper.make_node("Add", ["given", "nothing"], ["hour"]),
        helper.make_node("Mul", ["hour", "weight"], ["scaled"]),
        helper.make_node("Add", ["scaled", "ua_number"], ["raw"]),
        helper.make_node("Sub", ["raw", "limit"], ["margin"]),
        helper.make_node("Sigmoid", ["margin"], ["late"]),
        helper.make_node("Sub", ["one", "late"], ["early"]),
        helper.make_node("Concat", ["early", "late"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0),
    ]
    constants = {"weight": weight, "limit": 12.0, "one": 1.0, "zero": 0.0}
    initializers = [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in constants.items()]
    initializers.append(helper.make_tensor("ua", TensorProto.STRING, [1], [b"UA"]))
    inputs = [
        helper.make_tensor_value_info("numeric", TensorProto.FLOAT, [None, 1]),
        helper.make_tensor_value_info("categorical", TensorProto.STRING, [None, 1]),
    ]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
    ]
    graph = helper.make_graph(nodes, "flights", inputs, outputs, initializers)
    return _model(graph)


def _model(graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
