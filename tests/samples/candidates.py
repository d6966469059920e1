"""A tiny real ONNX model, its bundle, and candidates to record."""

from __future__ import annotations

import json
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from modelratchet.core.manifest import Lineage
from modelratchet.core.schema import Column, Schema
from modelratchet.core.tasks import Task
from modelratchet.storage.bundles import Bundle, make_bundle, write_bundle
from modelratchet.usecases.ports.registry import CandidateRecord, RunPages, RunPlace
from modelratchet.usecases.ports.run_datasets import RunDataset

MODEL = "flights-late"
LINEAGE = Lineage("sha256:data", "sha256:params", "sha256:source", "sha256:lock", {"onnx": onnx.__version__})
COLUMNS = (
    Column("hour", "numeric", False, 0.0, 23.0, ()),
    Column("temp", "numeric", True, -10.0, 40.0, ()),
    Column("carrier", "categorical", True, None, None, ("AA", "UA")),
)


def classifier(weight: float = 0.1) -> bytes:
    """sigmoid(weight * (hour + temp, missing as 0) + offset of the carrier), as a graph of the schema's form."""
    ml = "ai.onnx.ml"
    nodes = [
        helper.make_node("IsNaN", ["numeric"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "numeric"], ["known"]),
        helper.make_node("ReduceSum", ["known", "axes"], ["total"], keepdims=1),
        helper.make_node(
            "LabelEncoder",
            ["categorical"],
            ["offset"],
            domain=ml,
            keys_strings=["AA", "UA"],
            values_floats=[-1.0, 1.0],
            default_float=0.0,
        ),
        helper.make_node("Mul", ["total", "weight"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["margin"]),
        helper.make_node("Sigmoid", ["margin"], ["positive"]),
        helper.make_node("Sub", ["one", "positive"], ["negative"]),
        helper.make_node("Concat", ["negative", "positive"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0),
    ]
    constants = {"zero": np.float32([0]), "one": np.float32([1]), "weight": np.float32([weight]), "axes": np.int64([1])}
    inputs = [
        helper.make_tensor_value_info("numeric", TensorProto.FLOAT, [None, 2]),
        helper.make_tensor_value_info("categorical", TensorProto.STRING, [None, 1]),
    ]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
    ]
    return _graph(nodes, inputs, outputs, constants)


def regressor() -> bytes:
    """hour + temp, as a graph with one input."""
    nodes = [helper.make_node("ReduceSum", ["numeric", "axes"], ["prediction"], keepdims=0)]
    inputs = [helper.make_tensor_value_info("numeric", TensorProto.FLOAT, [None, 2])]
    outputs = [helper.make_tensor_value_info("prediction", TensorProto.FLOAT, [None])]
    return _graph(nodes, inputs, outputs, {"axes": np.int64([1])})


def bundle(weight: float = 0.1) -> Bundle:
    """A binary classifier's bundle."""
    return make_bundle(classifier(weight), Schema(MODEL, Task.BINARY, "late", ("in time", "late"), COLUMNS), LINEAGE)


def regression_bundle() -> Bundle:
    """A regressor's bundle."""
    return make_bundle(regressor(), Schema(MODEL, Task.REGRESSION, "delay", (), COLUMNS[:2]), LINEAGE)


def candidate(folder: Path, key: str = "k1", made: Bundle | None = None, model: str = MODEL) -> CandidateRecord:
    """A candidate whose files lie in `folder`; with no bundle given, each key has one of its own."""
    made = made or bundle(0.1 + zlib.crc32(key.encode()) % 1000 / 1000)
    write_bundle(made, folder / "bundle")
    (folder / "verdict.json").write_text(json.dumps({"decision": "promote", "key": key}))
    (folder / "decision.md").write_text(f"# Promote {key}\n")
    return CandidateRecord(
        model=model,
        key=key,
        run_name=f"candidate-{key}",
        params={"train.estimator": "logistic_regression", "seed": "1"},
        metrics={"roc_auc": 0.71, "roc_auc.low": 0.70, "slice.carrier.UA.roc_auc": 0.7},
        tags={"git.commit": "abc"},
        verdict_tags={"ratchet.verdict": "promote", "ratchet.evidence_digest": f"sha256:{key}"},
        datasets=(
            RunDataset(
                "train",
                "training",
                "sha256:" + "a" * 64,
                100,
                "data/train.parquet",
                {"hour": "float64", "carrier": "str"},
            ),
        ),
        attachments={"verdict.json": folder / "verdict.json", "decision.md": folder / "decision.md"},
        bundle=folder / "bundle",
        pages=partial(_pages, key),
        example=({"hour": 5.0, "temp": None, "carrier": "AA"}, {"hour": 6.0, "temp": 1.5, "carrier": "ZZ"})
        if made.schema.task.is_classification
        else ({"hour": 5.0, "temp": 2.0},),
    )


def _pages(key: str, place: RunPlace) -> RunPages:
    return RunPages(
        f"# Promote {key}\n\nroc_auc 0.71, run {place.run_id}", {"decision.html": f"<p>{key} {place.run_id}</p>"}
    )


def _graph(nodes: list, inputs: list, outputs: list, constants: dict) -> bytes:
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
