"""Models whose answers are known, holdouts that fit them, and settings that measure quickly."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from modelratchet.core.schema import Column, Schema
from modelratchet.core.tasks import Task
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.comparison import ComparisonPlan, Contender
from modelratchet.modeling.evaluation import Measurement
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.scores import Scores

CLASSES = {Task.BINARY: ("no", "yes"), Task.MULTICLASS: ("a", "b", "c"), Task.REGRESSION: ()}
PRIMARY = {Task.BINARY: "roc_auc", Task.MULTICLASS: "macro_f1", Task.REGRESSION: "rmse"}


def schema_of(
    task: Task, columns: tuple[str, ...] = ("signal", "other"), classes: tuple[str, ...] | None = None
) -> Schema:
    """A schema with numeric columns."""
    described = tuple(Column(name, "numeric", False, None, None, ()) for name in columns)
    return Schema("sample", task, "label", CLASSES[task] if classes is None else classes, described)


@dataclass(frozen=True)
class SignalModel:
    """Answers by the first column of its schema, multiplied by `strength`; fed and run like a graph."""

    schema: Schema
    strength: float = 1.0

    def feeds(self, features: pd.DataFrame) -> dict[str, np.ndarray]:
        return {"numeric": features[list(self.schema.numeric)].to_numpy(dtype=np.float32)}

    def run(self, feeds: dict[str, np.ndarray]) -> np.ndarray:
        return feeds["numeric"][:, 0] * np.float32(self.strength)

    def score(self, features: pd.DataFrame) -> Scores:
        answer = self.run(self.feeds(features)).astype(np.float64)
        if self.schema.task is Task.REGRESSION:
            return Scores.regression(answer)
        places = np.arange(len(self.schema.classes)) - (len(self.schema.classes) - 1) / 2
        logits = -((answer[:, None] - 2.0 * places) ** 2) / 2
        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return Scores.classification(self.schema.task, probabilities.argmax(axis=1).astype(np.int64), probabilities)


def contender_of(schema: Schema, strength: float = 1.0) -> Contender:
    """A loaded model; its digest names its strength."""
    return Contender(f"sha256:{strength}", schema, SignalModel(schema, strength))


def holdout_of(task: Task, n_rows: int = 400, seed: int = 5) -> Holdout:
    """Rows whose label follows `signal`; `place` has a large, a small (5 rows) and a one-class category."""
    generator = np.random.default_rng(seed)
    codes = generator.integers(0, max(len(CLASSES[task]), 1), n_rows)
    places = np.array(["large"] * (n_rows - 65) + ["small"] * 5 + ["one class"] * 60)
    codes[-60:] = 0
    if task is Task.REGRESSION:
        truth = generator.normal(size=n_rows)
        signal, label = truth + 0.5 * generator.normal(size=n_rows), pd.Series(truth)
    else:
        signal = 2.0 * (codes - (len(CLASSES[task]) - 1) / 2) + generator.normal(size=n_rows)
        label = pd.Series([CLASSES[task][code] for code in codes], dtype="str")
    other = generator.normal(size=n_rows)
    rows = pd.DataFrame({"signal": signal.astype("float32"), "other": other.astype("float32"), "place": places})
    return Holdout(rows.assign(label=label), "sha256:holdout")


def measurement_of(task: Task, slices: tuple[str, ...] = ("place",)) -> Measurement:
    """A quick one."""
    return Measurement(PRIMARY[task], slices, ("place",), 10, Resampling(0.95, 200, 11))


def comparison_plan_of(task: Task, cluster: str | None = None) -> ComparisonPlan:
    """A quick one."""
    return ComparisonPlan(PRIMARY[task], ("place",), cluster, 200, 11)
