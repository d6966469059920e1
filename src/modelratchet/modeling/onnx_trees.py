"""Exporters of trees and their ensembles: one TreeEnsemble node that adds in double and in scikit-learn's order.

Leaf values, thresholds and the order of additions are scikit-learn's own, so sums are equal to the last bit and so are
ties. A baseline is the first tree, for it is what scikit-learn's sums begin with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_graph import ML_DOMAIN, ML_OPSET_TREES, GraphBuilder


@dataclass(frozen=True)
class Tree:
    """One tree as arrays over its nodes; node 0 is the root.

    A row goes to `left` when its value of `feature` is at most `threshold`, or is missing and `missing_left` is set.
    `left` is -1 in leaves. `values` is `(n_nodes, n_outputs)`.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """Trees with the output that each one's first value column adds to; `baseline` starts the sums, `(n_outputs,)`."""

    trees: tuple[tuple[int, Tree], ...]
    baseline: NDArray[np.float64] | None
    n_outputs: int


def forest_of(estimator: Any) -> Ensemble:
    """A forest or a single tree: sums of the trees' class shares or predictions, not divided yet."""
    members = getattr(estimator, "estimators_", [estimator])
    if estimator.n_outputs_ != 1:
        raise ConversionError("a tree with several labels has no ONNX form here", hint="Fit one label.")
    n_outputs = members[0].tree_.value.shape[2]
    return Ensemble(tuple(_by_output(members, n_outputs)), None, n_outputs)


def gradient_boosting_of(estimator: Any) -> Ensemble:
    """GradientBoosting: raw predictions."""
    if not (isinstance(estimator.init_, str) or type(estimator.init_).__name__.startswith("Dummy")):
        raise ConversionError(
            f"gradient boosting starts from {type(estimator.init_).__name__}", hint="Leave init at its default."
        )
    # scikit-learn keeps the constant it starts from to itself
    start = estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), np.float32))  # noqa: SLF001
    rate = estimator.learning_rate
    trees = tuple(
        (output, _tree(member.tree_, member.tree_.value[:, 0, :1] * rate))
        for stage in estimator.estimators_
        for output, member in enumerate(stage)
    )
    return Ensemble(trees, start[0].astype(np.float64), estimator.n_trees_per_iteration_)


def hist_gradient_boosting_of(estimator: Any, path: str) -> Ensemble:
    """HistGradientBoosting: raw predictions."""
    if estimator.is_categorical_ is not None:
        raise ConversionError(
            f"{path} uses categorical_features, which ONNX converters get wrong",
            hint="Encode the columns before it, with OrdinalEncoder(handle_unknown='use_encoded_value', "
            "unknown_value=np.nan) or OneHotEncoder(handle_unknown='ignore'), and leave categorical_features out.",
        )
    trees = tuple(
        (output, _histogram_tree(predictor.nodes))
        for stage in estimator._predictors  # noqa: SLF001 - there is no public way to the trees
        for output, predictor in enumerate(stage)
    )
    start = np.asarray(estimator._baseline_prediction, np.float64).ravel()  # noqa: SLF001
    return Ensemble(trees, start, estimator.n_trees_per_iteration_)


def export_ensemble(builder: GraphBuilder, name: str, ensemble: Ensemble) -> str:
    """Emit the sums, doubles `(n_rows, n_outputs)`."""
    arrays = _Arrays()
    for output, value in enumerate([] if ensemble.baseline is None else ensemble.baseline):
        arrays.append(_constant(float(value)), output)
    for output, tree in ensemble.trees:
        arrays.append(_pruned(tree), output)
    builder.ml_opset = ML_OPSET_TREES
    return builder.add("TreeEnsemble", [name], domain=ML_DOMAIN, n_targets=ensemble.n_outputs, **arrays.attributes())


class _Arrays:
    """The attributes of a TreeEnsemble node, tree by tree."""

    def __init__(self) -> None:
        self.columns: dict[str, list[NDArray[Any]]] = {}
        self.n_nodes = 0
        self.n_leaves = 0
        self.roots: list[int] = []

    def append(self, tree: Tree, output: int) -> None:
        """Number the inner nodes and the leaves anew, and append them."""
        is_leaf = tree.left < 0
        if is_leaf[0]:  # a root has to be an inner node: both ways lead to its one leaf
            tree = _constant(float(tree.values[0, 0]))
            is_leaf = tree.left < 0
        inner = np.flatnonzero(~is_leaf)
        number = np.where(is_leaf, np.cumsum(is_leaf) - 1 + self.n_leaves, np.cumsum(~is_leaf) - 1 + self.n_nodes)
        left, right = tree.left[inner], tree.right[inner]
        self.roots.append(int(number[0]))
        self._extend("nodes_featureids", tree.feature[inner])
        self._extend("nodes_splits", tree.threshold[inner])
        self._extend("nodes_missing_value_tracks_true", tree.missing_left[inner])
        self._extend("nodes_truenodeids", number[left])
        self._extend("nodes_falsenodeids", number[right])
        self._extend("nodes_trueleafs", is_leaf[left])
        self._extend("nodes_falseleafs", is_leaf[right])
        self._extend("leaf_weights", tree.values[is_leaf, 0])
        self._extend("leaf_targetids", np.full(int(is_leaf.sum()), output))
        self.n_nodes += len(inner)
        self.n_leaves += int(is_leaf.sum())

    def attributes(self) -> dict[str, Any]:
        """All of it as ONNX attributes: sums, branches by `<=`."""
        joined = {name: np.concatenate(parts) for name, parts in self.columns.items()}
        doubles = {name: numpy_helper.from_array(joined.pop(name), name) for name in ("nodes_splits", "leaf_weights")}
        modes = numpy_helper.from_array(np.zeros(self.n_nodes, np.uint8), "nodes_modes")
        numbers = {name: values.astype(np.int64).tolist() for name, values in joined.items()}
        return {
            **numbers,
            **doubles,
            "nodes_modes": modes,
            "tree_roots": self.roots,
            "aggregate_function": 1,
            "post_transform": 0,
        }

    def _extend(self, name: str, values: NDArray[Any]) -> None:
        self.columns.setdefault(name, []).append(values)


def _by_output(members: Iterable[Any], n_outputs: int) -> Iterator[tuple[int, Tree]]:
    """A leaf of TreeEnsemble has one target, so a tree with several outputs is written once for each."""
    for member in members:
        for output in range(n_outputs):
            yield output, _tree(member.tree_, member.tree_.value[:, 0, output : output + 1])


def _tree(tree: Any, values: NDArray[np.float64]) -> Tree:
    return Tree(
        tree.children_left.astype(np.int64),
        tree.children_right.astype(np.int64),
        tree.feature.astype(np.int64),
        tree.threshold,
        np.asarray(tree.missing_go_to_left).astype(bool),
        values,
    )


def _histogram_tree(nodes: NDArray[Any]) -> Tree:
    is_leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
        np.where(is_leaf, -1, nodes["right"].astype(np.int64)),
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"].astype(np.float64),
        nodes["missing_go_to_left"].astype(bool),
        nodes["value"].astype(np.float64).reshape(-1, 1),
    )


def _constant(value: float) -> Tree:
    """A tree that answers the same whatever the row."""
    children = np.array([[1, -1, -1], [2, -1, -1]])
    zeros = np.zeros(3)
    values = np.array([[0.0], [value], [value]])
    return Tree(children[0], children[1], zeros.astype(np.int64), zeros, zeros.astype(bool), values)


def _pruned(tree: Tree) -> Tree:
    """Cut branches whose leaves all hold the same bits: most of a tree when it is about one class of many."""
    value, left, right = tree.values[:, 0].copy(), tree.left.copy(), tree.right
    while True:
        inner = np.flatnonzero(left >= 0)
        is_even = (left[left[inner]] < 0) & (left[right[inner]] < 0) & (value[left[inner]] == value[right[inner]])
        if not is_even.any():
            break
        value[inner[is_even]] = value[left[inner[is_even]]]
        left[inner[is_even]] = -1
    return _reachable(Tree(left, right, tree.feature, tree.threshold, tree.missing_left, value.reshape(-1, 1)))


def _reachable(tree: Tree) -> Tree:
    keep = np.zeros(len(tree.left), bool)
    front = np.array([0])
    while len(front):
        keep[front] = True
        front = front[tree.left[front] >= 0]
        front = np.concatenate([tree.left[front], tree.right[front]])
    number = np.cumsum(keep) - 1
    left, right = tree.left[keep], tree.right[keep]
    is_leaf = left < 0
    return Tree(
        np.where(is_leaf, -1, number[left]),
        np.where(is_leaf, -1, number[right]),
        tree.feature[keep],
        tree.threshold[keep],
        tree.missing_left[keep],
        tree.values[keep],
    )
