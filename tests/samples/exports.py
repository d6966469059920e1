"""Rows, fitted pipelines and bundles for tests of the export; and the graph that skl2onnx alone would make."""

from typing import Any

import numpy as np
import onnx
import pandas as pd
from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType

from modelratchet.core.manifest import Lineage
from modelratchet.core.parity import Parity
from modelratchet.core.tasks import Task
from modelratchet.modeling.estimators import EstimatorChoice, build_estimator
from modelratchet.modeling.onnx_export import export_onnx
from modelratchet.modeling.onnx_model import OnnxModel, score_estimator
from modelratchet.modeling.parity import ParityOptions, check_parity
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.modeling.schema_building import build_schema
from modelratchet.storage.bundles import Bundle, make_bundle

NUMERIC = ("a", "b", "c", "d")
CATEGORICAL = ("kind", "place")
OPTIONS: dict[str, dict[str, Any]] = {
    "hist_gradient_boosting": {"max_iter": 25},
    "gradient_boosting": {"n_estimators": 25},
    "random_forest": {"n_estimators": 30, "max_depth": 8},
    "logistic_regression": {"C": 1.0, "max_iter": 500},
}
PARITY = ParityOptions(tolerance=1e-5, fuzz_rows=3000, seed=3)


def numbers(n_rows: int = 1500, missing: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Numeric features that float32 holds, a share of them missing."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(n_rows, len(NUMERIC))).astype(np.float32).astype(np.float64)
    values[generator.random(values.shape) < missing] = np.nan
    return pd.DataFrame(values, columns=list(NUMERIC))


def mixed(n_rows: int = 1500, missing: float = 0.1, seed: int = 1) -> pd.DataFrame:
    """Numbers and categories, both with missing values."""
    generator = np.random.default_rng(seed + 100)
    kinds = generator.choice(["", "x", "y", "zz"], n_rows)
    places = generator.choice([f"P{index:02d}" for index in range(40)], n_rows)
    texts = {"kind": pd.Series(kinds, dtype="str"), "place": pd.Series(places, dtype="str")}
    return numbers(n_rows, missing, seed).assign(**texts)


def labels_for(features: pd.DataFrame, task: Task, seed: int = 2) -> np.ndarray:
    """Noisy labels that follow the numbers."""
    noise = np.random.default_rng(seed).normal(size=len(features))
    filled = features[list(NUMERIC)].fillna(0.3)
    signal = (filled["a"] + filled["b"] ** 2 + 0.5 * filled["c"] + 0.7 * noise).to_numpy()
    if task is Task.REGRESSION:
        return signal * 20 + 100
    edges = [0.8] if task is Task.BINARY else [0.2, 1.5]
    return np.digitize(signal, edges).astype(np.int64)


def fitted(name: str, task: Task, features: pd.DataFrame) -> Any:
    """One of the offered estimators, fitted."""
    categorical = tuple(column for column in CATEGORICAL if column in features)
    choice = EstimatorChoice(name, OPTIONS[name], task, NUMERIC, categorical, 7)
    return build_estimator(choice).fit(features, labels_for(features, task))


def bundle_of(model: bytes, features: pd.DataFrame, task: Task) -> Bundle:
    """A bundle around a graph."""
    classes = {Task.BINARY: ("0", "1"), Task.MULTICLASS: ("0", "1", "2"), Task.REGRESSION: ()}[task]
    categorical = tuple(column for column in CATEGORICAL if column in features)
    plan = ColumnPlan(task, "label", None, None, None, NUMERIC, categorical)
    return make_bundle(model, build_schema("sample", features, plan, classes), Lineage("", "", "", "", {}))


def exported(pipeline: Any, features: pd.DataFrame, task: Task = Task.BINARY) -> Bundle:
    """A bundle with our own graph."""
    categorical = tuple(column for column in CATEGORICAL if column in features)
    return bundle_of(export_onnx(pipeline, NUMERIC, categorical, task), features, task)


def plain(pipeline: Any, features: pd.DataFrame) -> Bundle:
    """A bundle with what skl2onnx alone makes of a binary classifier on numbers: float32, as its own guide does it."""
    types = [("numeric", FloatTensorType([None, len(NUMERIC)]))]
    opsets = {"": 21, "ai.onnx.ml": 3}
    model = convert_sklearn(pipeline, initial_types=types, options={"zipmap": False}, target_opset=opsets)
    first = model.graph.output[0].name
    if first != "label":
        model.graph.node.append(helper.make_node("Identity", [first], ["label"]))
        model.graph.output[0].CopyFrom(helper.make_tensor_value_info("label", onnx.TensorProto.INT64, [None]))
    return bundle_of(model.SerializeToString(), features, Task.BINARY)


def changed_labels(pipeline: Any, bundle: Bundle, features: pd.DataFrame) -> int:
    """Rows on which the two say different labels."""
    expected = score_estimator(pipeline, features, bundle.schema.task).labels
    return int((expected != OnnxModel(bundle).score(features).labels).sum())


def parity_of(pipeline: Any, bundle: Bundle, features: pd.DataFrame) -> Parity:
    """The parity record at the usual tolerance."""
    return check_parity(pipeline, bundle, features, PARITY)
