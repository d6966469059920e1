"""The bundle's graph with its two inputs, run by onnxruntime in one thread: the same for every peer that serves it."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

_BUNDLE = Path(os.environ["PEER_MODEL"], "bundle")
SCHEMA = json.loads((_BUNDLE / "schema.json").read_text())
CLASSES = SCHEMA["classes"]
NUMERIC = [column["name"] for column in SCHEMA["columns"] if column["kind"] == "numeric"]
CATEGORICAL = [column["name"] for column in SCHEMA["columns"] if column["kind"] == "categorical"]
_n_numeric = len(NUMERIC)

_options = onnxruntime.SessionOptions()
_options.intra_op_num_threads = _options.inter_op_num_threads = 1
_run = onnxruntime.InferenceSession(_BUNDLE / "model.onnx", _options, providers=["CPUExecutionProvider"]).run


def answers(rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Answer rows of values, numbers first."""
    numeric = np.array([row[:_n_numeric] for row in rows], dtype=np.float32)
    categorical = np.array([["" if v is None else v for v in row[_n_numeric:]] for row in rows], dtype=object)
    labels, shares = _run(["label", "probabilities"], {"numeric": numeric, "categorical": categorical})
    return [
        {"label": CLASSES[label], "probabilities": dict(zip(CLASSES, row, strict=True))}
        for label, row in zip(labels.tolist(), shares.tolist(), strict=True)
    ]
