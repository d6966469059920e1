"""Tree ensembles as one ONNX node, exact: double thresholds, leaves summed in scikit-learn's order, missing values routed.

Every tree is read into plain arrays first (`Tree`), whatever estimator it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper

from modelratchet.modeling.onnx_graph import GraphBuilder


@dataclass(frozen=True)
class Tree:
    """A binary tree; node 0 is the root and `left` is -1 at leaves.

    A row goes left where `x[feature] <= threshold`, or where x is missing and `missing_left`. `values` are
    `(n_nodes, n_targets)`, read at leaves only.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    values: NDArray[np.float64]

    @property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Which nodes end a path."""
        return self.left < 0


def tree_of_sklearn(tree: Any, values: NDArray[np.float64]) -> Tree:
    """Read `tree_` of a scikit-learn decision tree.

    Args:
        tree: the fitted `sklearn.tree._tree.Tree`.
        values: what its leaves answer, `(n_nodes, n_targets)`.
    """
    return Tree(
        tree.children_left.astype(np.int64),
        tree.children_right.astype(np.int64),
        tree.feature.astype(np.int64),
        tree.threshold.astype(np.float64),
        tree.missing_go_to_left.astype(bool),
        values,
    )


def tree_of_histogram(nodes: NDArray[Any]) -> Tree:
    """Read the nodes of a histogram gradient boosting predictor."""
    is_leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
        np.where(is_leaf, -1, nodes["right"].astype(np.int64)),
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"].astype(np.float64),
        nodes["missing_go_to_left"].astype(bool),
        nodes["value"].astype(np.float64)[:, None],
    )


def constant_tree(value: float) -> Tree:
    """A tree that answers the same for every row: a boosted sum starts from it, in scikit-learn's order."""
    return Tree(
        np.array([1, -1, -1]), np.array([2, -1, -1]), np.zeros(3, np.int64), np.zeros(3), np.zeros(3, bool), np.full((3, 1), value)
    )  # fmt: skip


def emit_boosted(graph: GraphBuilder, features: str, trees: Sequence[Tree], targets: Sequence[int]) -> str:
    """Sum one-valued trees into their targets; returns the name of the sums, double `(n_rows, n_targets)`.

    Uses the TreeEnsemble operator of ai.onnx.ml 5, the quickest of those measured (docs/adr/0002).
    """
    trees = [_with_split_root(tree) for tree in trees]
    parts = [_five(tree, target) for tree, target in zip(trees, targets, strict=True)]
    offsets_nodes = np.concatenate([[0], np.cumsum([len(part["splits"]) for part in parts])])
    offsets_leaves = np.concatenate([[0], np.cumsum([len(part["weights"]) for part in parts])])
    for part, node, leaf in zip(parts, offsets_nodes, offsets_leaves, strict=False):
        part["true"] = part["true"] + np.where(part["true_leaf"] == 1, leaf, node)
        part["false"] = part["false"] + np.where(part["false_leaf"] == 1, leaf, node)
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return graph.add_ml(
        "TreeEnsemble",
        [features],
        opset=5,
        n_targets=max(targets) + 1,
        aggregate_function=1,
        post_transform=0,
        tree_roots=offsets_nodes[:-1].tolist(),
        nodes_featureids=joined["features"].tolist(),
        nodes_splits=numpy_helper.from_array(joined["splits"], "splits"),
        nodes_modes=numpy_helper.from_array(np.zeros(len(joined["splits"]), np.uint8), "modes"),
        nodes_truenodeids=joined["true"].tolist(),
        nodes_falsenodeids=joined["false"].tolist(),
        nodes_trueleafs=joined["true_leaf"].tolist(),
        nodes_falseleafs=joined["false_leaf"].tolist(),
        nodes_missing_value_tracks_true=joined["missing"].tolist(),
        leaf_targetids=joined["targets"].tolist(),
        leaf_weights=numpy_helper.from_array(joined["weights"], "weights"),
    )


def emit_forest(graph: GraphBuilder, features: str, trees: Sequence[Tree]) -> tuple[str, str]:
    """Sum trees whose leaves hold a share for every class.

    Leaves with several values need the older TreeEnsembleClassifier: in TreeEnsemble each would be a tree of its own. It
    adds up and compares in double and rounds only the sums that it hands out. A third, empty class keeps it from the
    special rules that it has for two.

    Returns:
        Names of the label, int64 `(n_rows,)`, and of the sums, float32 `(n_rows, n_classes)`.
    """
    n_classes = trees[0].values.shape[1]
    sizes = [len(tree.left) for tree in trees]
    tree_ids = np.repeat(np.arange(len(trees)), sizes)
    node_ids = np.concatenate([np.arange(size) for size in sizes])
    leaf = np.concatenate([tree.is_leaf for tree in trees])
    values = np.concatenate([tree.values for tree in trees])[leaf]

    def over(field: str) -> NDArray[Any]:
        return np.where(leaf, 0, np.concatenate([getattr(tree, field) for tree in trees]))

    label, sums = graph.add_ml_pair(
        "TreeEnsembleClassifier",
        [features],
        post_transform="NONE",
        classlabels_int64s=list(range(max(n_classes, 3))),
        nodes_treeids=tree_ids.tolist(),
        nodes_nodeids=node_ids.tolist(),
        nodes_featureids=over("feature").tolist(),
        nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_values_as_tensor=numpy_helper.from_array(over("threshold").astype(np.float64), "thresholds"),
        nodes_truenodeids=over("left").tolist(),
        nodes_falsenodeids=over("right").tolist(),
        nodes_missing_value_tracks_true=over("missing_left").astype(np.int64).tolist(),
        class_treeids=np.repeat(tree_ids[leaf], n_classes).tolist(),
        class_nodeids=np.repeat(node_ids[leaf], n_classes).tolist(),
        class_ids=np.tile(np.arange(n_classes), int(leaf.sum())).tolist(),
        class_weights_as_tensor=numpy_helper.from_array(values.ravel(), "weights"),
    )
    if n_classes == 2:
        bounds = [graph.constant([value], np.int64) for value in (0, 2, 1)]
        sums = graph.add("Slice", [sums, *bounds])
    return label, sums


def _with_split_root(tree: Tree) -> Tree:
    """TreeEnsemble has no tree of a single leaf; one that answers the same on both sides stands for it."""
    return constant_tree(float(tree.values[0, 0])) if tree.is_leaf[0] else tree


def _five(tree: Tree, target: int) -> dict[str, NDArray[Any]]:
    leaf, inner = tree.is_leaf, ~tree.is_leaf
    position = np.where(leaf, np.cumsum(leaf) - 1, np.cumsum(inner) - 1)
    left, right = tree.left[inner], tree.right[inner]
    return {
        "features": tree.feature[inner],
        "splits": tree.threshold[inner],
        "true": position[left],
        "false": position[right],
        "true_leaf": leaf[left].astype(np.int64),
        "false_leaf": leaf[right].astype(np.int64),
        "missing": tree.missing_left[inner].astype(np.int64),
        "targets": np.full(int(leaf.sum()), target),
        "weights": tree.values[leaf, 0],
    }
