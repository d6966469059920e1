"""Rows that are hard on an exported graph: values at and beside every tree threshold, extremes, missing and unseen values.

A graph that rounds a threshold, or routes a missing value to the wrong side, answers ordinary rows rightly and these wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from modelratchet.core.schema import MISSING_CATEGORY, Schema
from modelratchet.modeling.onnx_transformers import is_identity

Thresholds = dict[str, NDArray[np.float64]]
UNSEEN_CATEGORY = "never seen in training"
_EXTREMES = (0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, float(np.finfo(np.float32).max), float(np.finfo(np.float32).min))
_SHARE_OF_COLUMNS = 0.5


def thresholds_of(pipeline: Any) -> Thresholds:
    """The thresholds of every tree, by numeric column and in that column's own unit; empty where there are no trees.

    Columns behind a transformer that cannot be followed back to one column are left out.
    """
    if (
        not isinstance(pipeline, Pipeline)
        or not isinstance(pipeline.steps[0][1], ColumnTransformer)
        or len(pipeline.steps) > 2
    ):
        return {}
    found: dict[int, list[NDArray[np.float64]]] = {}
    for features, thresholds in _splits(pipeline.steps[-1][1]):
        for feature in np.unique(features):
            found.setdefault(int(feature), []).append(thresholds[features == feature])
    origins = dict(_origins(pipeline.steps[0][1]))
    return {
        name: np.unique(np.concatenate(found[feature]) * scale + shift)
        for feature, (name, scale, shift) in sorted(origins.items())
        if feature in found
    }


def fuzzed_rows(base: pd.DataFrame, schema: Schema, thresholds: Thresholds, n_rows: int, seed: int) -> pd.DataFrame:
    """Real rows with about half their values replaced by hard ones.

    Every threshold is used once (at float32, one step below, one above) before any is used twice, as far as `n_rows` reach.

    Args:
        base: real rows, features in the form of `modeling.frames`.
        schema: the columns.
        thresholds: from `thresholds_of`.
        n_rows: how many to make.
        seed: what the draws depend on.
    """
    generator = np.random.default_rng(seed)
    rows = base.iloc[generator.integers(0, len(base), n_rows)].reset_index(drop=True).copy()
    for column in schema.columns:
        if column.kind == "numeric":
            hard = _numbers(thresholds.get(column.name, np.empty(0)), generator)
        else:
            hard = np.array([*column.categories, MISSING_CATEGORY, UNSEEN_CATEGORY], dtype=object)
        replaced = generator.random(n_rows) < _SHARE_OF_COLUMNS
        rows.loc[replaced, column.name] = hard[np.arange(int(replaced.sum())) % len(hard)]
    return rows


def with_missing(base: pd.DataFrame, schema: Schema, rows_per_column: int, seed: int) -> pd.DataFrame:
    """Real rows, some for each column, with that column's value taken away; and some with all taken away."""
    generator = np.random.default_rng(seed)
    parts = []
    for column in schema.columns:
        part = base.iloc[generator.integers(0, len(base), rows_per_column)].copy()
        part[column.name] = np.nan if column.kind == "numeric" else MISSING_CATEGORY
        parts.append(part)
    nothing = base.iloc[:1].copy()
    nothing[list(schema.numeric)] = np.nan
    nothing[list(schema.categorical)] = MISSING_CATEGORY
    return pd.concat([*parts, nothing], ignore_index=True)


def _numbers(thresholds: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Hard values, thresholds in random order first."""
    at = thresholds[np.isfinite(thresholds)].astype(np.float32)
    beside = np.concatenate([at, np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))])
    shuffled = generator.permutation(np.unique(beside[np.isfinite(beside)]).astype(np.float64))
    return np.concatenate([shuffled, np.array(_EXTREMES, np.float32).astype(np.float64)])


def _splits(estimator: Any) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Features and thresholds of the inner nodes, tree by tree."""
    for iteration in getattr(estimator, "_predictors", ()):
        for predictor in iteration:
            inner = predictor.nodes[predictor.nodes["is_leaf"] == 0]
            yield inner["feature_idx"].astype(np.int64), inner["num_threshold"].astype(np.float64)
    members = np.ravel(getattr(estimator, "estimators_", [estimator] if hasattr(estimator, "tree_") else []))
    for member in members:
        if hasattr(member, "tree_"):
            inner = member.tree_.children_left >= 0
            yield member.tree_.feature[inner].astype(np.int64), member.tree_.threshold[inner].astype(np.float64)


def _origins(columns: ColumnTransformer) -> Iterator[tuple[int, tuple[str, float, float]]]:
    """For each output that is one column times a scale plus a shift: its index, the column, scale and shift."""
    start = 0
    for label, part, names in columns.transformers_:
        indices = columns.output_indices_[label]
        size = indices.stop - indices.start
        steps = [step for _, step in part.steps] if isinstance(part, Pipeline) else [part]
        scales, shifts = np.ones(len(names)), np.zeros(len(names))
        is_followed = size == len(names)
        for step in reversed(steps):
            if isinstance(step, StandardScaler) and step.with_mean and step.with_std:
                scales, shifts = scales * step.scale_, shifts * step.scale_ + step.mean_
            elif not is_identity(step) and not isinstance(step, SimpleImputer):
                is_followed = False
        if is_followed:
            for offset, name in enumerate(names):
                yield start + offset, (name, float(scales[offset]), float(shifts[offset]))
        start += size
