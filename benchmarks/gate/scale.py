"""What the gate costs on a large holdout: `python -m benchmarks.gate.scale` (seeded, some two minutes).

Champion and anchor are compared with the candidate in every metric, twenty slices with the champion, and the gate decides: that is what is held
against the limit. The `evaluate` stage's measurement of the candidate alone is told beside it. Each task runs in a process of its own, whose peak
memory the system knows; models answer from columns, for scoring is no part of the gate. The plain way beside it is a loop that draws
rows and calls scikit-learn, timed on a few resamples and multiplied.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from sklearn import metrics as plain

from modelratchet.config.policies import policy_of
from modelratchet.config.reading import load_params
from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.schema import Column, Schema
from modelratchet.core.standing import Champion, Standing
from modelratchet.core.tasks import Task
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.comparison import ComparisonPlan, Contender, References, compare
from modelratchet.modeling.evaluation import Measurement, evaluate
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.scores import Scores

MOST_SECONDS, MOST_MEGABYTES = 10.0, 1000.0
PRIMARY = {Task.BINARY: "roc_auc", Task.MULTICLASS: "macro_f1", Task.REGRESSION: "rmse"}
CLASSES = {Task.BINARY: ("0", "1"), Task.MULTICLASS: ("0", "1", "2", "3", "4"), Task.REGRESSION: ()}
CHAMPION, ANCHOR = Champion("2", "sha256:champion", "run-2"), Champion("1", "sha256:anchor", "run-1")
PLAIN_RESAMPLES = 3


@dataclass(frozen=True)
class Size:
    """How much is judged."""

    n_rows: int
    n_slices: int
    n_resamples: int
    seed: int


@dataclass(frozen=True)
class Columns:
    """A model whose answers stand in columns that its schema names."""

    schema: Schema

    def score(self, features: pd.DataFrame) -> Scores:
        """Read them."""
        answers = features[list(self.schema.numeric)].to_numpy()
        if self.schema.task is Task.REGRESSION:
            return Scores.regression(answers[:, 0])
        return Scores.classification(self.schema.task, answers.argmax(axis=1), answers)


@dataclass(frozen=True)
class Case:
    """A holdout, and three models for it."""

    holdout: Holdout
    candidate: Contender
    champion: Contender
    anchor: Contender


def made(task: Task, size: Size) -> Case:
    """Rows whose models err by their own noise, the same share for each."""
    generator = np.random.default_rng(size.seed)
    slices = pd.Series(generator.integers(0, size.n_slices, size.n_rows)).astype("str")
    frame: dict[str, object] = {"place": slices}
    signal = generator.normal(size=(size.n_rows, max(1, len(CLASSES[task]))))
    if task is Task.REGRESSION:
        frame["label"] = signal[:, 0] + generator.normal(size=size.n_rows)
    else:
        drawn = (2.0 * signal + generator.gumbel(size=signal.shape)).argmax(axis=1)
        frame["label"] = pd.Series(drawn).astype("str")
    contenders = []
    for name in ("candidate", "champion", "anchor"):
        answers = 2.0 * signal + 0.5 * generator.normal(size=signal.shape)
        if task is not Task.REGRESSION:
            answers = np.exp(answers) / np.exp(answers).sum(axis=1, keepdims=True)
        columns = tuple(f"{name}_{index}" for index in range(signal.shape[1]))
        frame |= dict(zip(columns, answers.T, strict=True))
        described = tuple(Column(column, "numeric", False, None, None, ()) for column in columns)
        schema = Schema("scale", task, "label", CLASSES[task], described)
        contenders.append(Contender(f"sha256:{name}", schema, Columns(schema)))
    return Case(Holdout(pd.DataFrame(frame), "sha256:holdout"), *contenders)


@dataclass(frozen=True)
class Cost:
    """What one task's gate took: wall-clock seconds, and the process's peak memory, imports included."""

    compare_s: float
    decide_s: float
    evaluate_s: float
    peak_mb: float
    plain_s: float

    @property
    def gate_s(self) -> float:
        """Comparison and decision."""
        return self.compare_s + self.decide_s


def measured(task: Task, size: Size) -> Cost:
    """Judge one candidate; the peak is taken before the plain way begins."""
    case, primary, places = made(task, size), PRIMARY[task], ("place",)
    standing = Standing(CHAMPION, ANCHOR, "sha256:head", 2, case.holdout.digest, 1, 1)
    references = References(standing, case.champion, case.anchor)
    watch = [time.perf_counter()]
    plan = ComparisonPlan(primary, places, None, size.n_resamples, size.seed)
    comparison = compare(case.candidate, references, case.holdout, plan)
    watch.append(time.perf_counter())
    policy = replace(policy_of(load_params()), primary=primary, guards={}, floors={})
    decide("scale", Evidence(case.candidate.digest, None, None, None, comparison, None, None), policy)
    watch.append(time.perf_counter())
    measurement = Measurement(primary, places, (), 15, Resampling(0.95, size.n_resamples, size.seed))
    evaluate(case.candidate.digest, case.candidate.schema, _scores(case.candidate, case), case.holdout, measurement)
    watch.append(time.perf_counter())
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    compare_s, decide_s, evaluate_s = (float(seconds) for seconds in np.diff(watch))
    return Cost(compare_s, decide_s, evaluate_s, peak_mb, plain_seconds(task, case, size))


def plain_seconds(task: Task, case: Case, size: Size) -> float:
    """The comparison as a loop over scikit-learn's metrics, the same resamples of rows for all models, from a few of them."""
    truth = case.holdout.truth(case.candidate.schema)
    models = [_scores(model, case) for model in (case.candidate, case.champion, case.anchor)]
    slices = [part.rows for part in case.holdout.slices(("place",))]
    generator, started = np.random.default_rng(size.seed), time.perf_counter()
    for _ in range(PLAIN_RESAMPLES):
        drawn = generator.integers(0, len(truth), len(truth))
        for scores in models:
            for metric in PLAIN[task].values():
                metric(truth[drawn], scores.take(drawn))
        for rows in slices:
            drawn = rows[generator.integers(0, len(rows), len(rows))]
            for scores in models[:2]:
                PLAIN[task][PRIMARY[task]](truth[drawn], scores.take(drawn))
    return (time.perf_counter() - started) * size.n_resamples / PLAIN_RESAMPLES


def in_its_own_process(task: Task, size: Size) -> Cost:
    """Measure in a fresh process, so that its peak memory is of this task alone."""
    command = [sys.executable, "-m", "benchmarks.gate.scale", "--task", task.value]
    for name, value in asdict(size).items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout))


def main() -> None:
    """Print one line for each task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n-rows", type=int, default=100_000)
    parser.add_argument("--n-slices", type=int, default=20)
    parser.add_argument("--n-resamples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20130101)
    parser.add_argument("--task", type=Task, help="measure this one here, and print it as JSON")
    options = parser.parse_args()
    size = Size(options.n_rows, options.n_slices, options.n_resamples, options.seed)
    if options.task is not None:
        print(json.dumps(asdict(measured(options.task, size))))
        return
    print("| task | compare, s | decide, s | gate, s | peak, MB | plain way, s | ratio | held | evaluate, s |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for task in Task:
        cost = in_its_own_process(task, size)
        held = "yes" if cost.gate_s <= MOST_SECONDS and cost.peak_mb <= MOST_MEGABYTES else "no"
        seconds = f"{cost.compare_s:.2f} | {cost.decide_s:.3f} | {cost.gate_s:.2f}"
        beside = f"{cost.plain_s:,.0f} | {cost.gate_s / cost.plain_s:.4f} | {held} | {cost.evaluate_s:.2f}"
        print(f"| {task} | {seconds} | {cost.peak_mb:.0f} | {beside} |", flush=True)
    print(f"\n{size.n_rows:,} rows, {size.n_slices} slices, {size.n_resamples:,} resamples, seed {size.seed}")


def _scores(model: Contender, case: Case) -> Scores:
    return model.model.score(case.holdout.features(model.schema))


Metric = Callable[[np.ndarray, Scores], float]
_MACRO_F1: Metric = lambda truth, scores: plain.f1_score(truth, scores.labels, average="macro")  # noqa: E731 - a row of a table
_ACCURACY: Metric = lambda truth, scores: plain.accuracy_score(truth, scores.labels)  # noqa: E731
_LOG_LOSS: Metric = lambda truth, scores: plain.log_loss(truth, scores.probabilities)  # noqa: E731
PLAIN: dict[Task, dict[str, Metric]] = {
    Task.BINARY: {
        "roc_auc": lambda truth, scores: plain.roc_auc_score(truth, scores.probabilities[:, 1]),
        "average_precision": lambda truth, scores: plain.average_precision_score(truth, scores.probabilities[:, 1]),
        "accuracy": _ACCURACY,
        "macro_f1": _MACRO_F1,
        "log_loss": _LOG_LOSS,
        "brier": lambda truth, scores: plain.brier_score_loss(truth, scores.probabilities[:, 1]),
    },
    Task.MULTICLASS: {
        "accuracy": _ACCURACY,
        "macro_f1": _MACRO_F1,
        "log_loss": _LOG_LOSS,
        "brier": lambda truth, scores: plain.brier_score_loss(truth, scores.probabilities),
    },
    Task.REGRESSION: {
        "rmse": lambda truth, scores: plain.root_mean_squared_error(truth, scores.values),
        "mae": lambda truth, scores: plain.mean_absolute_error(truth, scores.values),
        "r2": lambda truth, scores: plain.r2_score(truth, scores.values),
    },
}


if __name__ == "__main__":
    main()
