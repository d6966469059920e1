"""From a model's sums to the graph's outputs, ties decided as scikit-learn decides them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, helper

from modelratchet.core.schema import LABEL_OUTPUT, PREDICTION_OUTPUT, PROBABILITIES_OUTPUT
from modelratchet.modeling.onnx_graph import GraphBuilder


@dataclass(frozen=True)
class Classified:
    """Inner names of the label, int64 `(n_rows,)`, and the probabilities, float32 `(n_rows, n_classes)`."""

    label: str
    probabilities: str
    n_classes: int


def answer_pair(builder: GraphBuilder, pair: str, *, tie_is_positive: bool) -> Classified:
    """Binary: `pair` holds the negated and the plain log-odds; equal means zero."""
    label = builder.add("ArgMax", [pair], axis=1, keepdims=0, select_last_index=int(tie_is_positive))
    probabilities = builder.cast(builder.add("Sigmoid", [pair]), TensorProto.FLOAT)
    return Classified(label, probabilities, 2)


def answer_log_odds(builder: GraphBuilder, raw: str, *, tie_is_positive: bool) -> Classified:
    """Binary: `raw` is the log-odds, `(n_rows, 1)`."""
    pair = builder.add("Mul", [raw, builder.constant(np.array([[-1.0, 1.0]]))])
    return answer_pair(builder, pair, tie_is_positive=tie_is_positive)


def answer_logits(builder: GraphBuilder, raw: str, n_classes: int) -> Classified:
    """Multiclass: the first of the largest wins, before the soft maximum rounds anything."""
    label = builder.add("ArgMax", [raw], axis=1, keepdims=0)
    return Classified(label, builder.cast(builder.add("Softmax", [raw], axis=1), TensorProto.FLOAT), n_classes)


def answer_shares(builder: GraphBuilder, sums: str, n_members: int, n_classes: int) -> Classified:
    """A forest: the mean of its members' shares; the first of the largest wins, after the division."""
    mean = sums if n_members == 1 else builder.add("Div", [sums, builder.constant(np.array(float(n_members)))])
    label = builder.add("ArgMax", [mean], axis=1, keepdims=0)
    return Classified(label, builder.cast(mean, TensorProto.FLOAT), n_classes)


def finish_classifier(builder: GraphBuilder, answer: Classified) -> bytes:
    """Close the graph of a classifier."""
    label = helper.make_tensor_value_info(LABEL_OUTPUT, TensorProto.INT64, [None])
    shape = [None, answer.n_classes]
    probabilities = helper.make_tensor_value_info(PROBABILITIES_OUTPUT, TensorProto.FLOAT, shape)
    return builder.model(
        {LABEL_OUTPUT: (answer.label, label), PROBABILITIES_OUTPUT: (answer.probabilities, probabilities)}
    )


def finish_regressor(builder: GraphBuilder, raw: str) -> bytes:
    """Close the graph of a regressor; `raw` is `(n_rows, 1)` in double."""
    flat = builder.add("Squeeze", [raw, builder.constant(np.array([1], np.int64))])
    value = builder.cast(flat, TensorProto.FLOAT)
    info = helper.make_tensor_value_info(PREDICTION_OUTPUT, TensorProto.FLOAT, [None])
    return builder.model({PREDICTION_OUTPUT: (value, info)})
