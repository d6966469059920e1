"""Does the graph answer like the estimator? `python -m benchmarks.parity [--json]` (seeded, about a minute on two cores).

Four estimators with the options of `params.yaml` on three datasets with missing values. Counts labels that differ on held-out
rows, on rows with more values taken away, and on rows made on and beside the trees' thresholds. Exits 1 if there are any, or if a
score is beyond the tolerance.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from typing import Any

from benchmarks.datasets import Dataset, datasets
from modelratchet.config.train import Train
from modelratchet.core.manifest import Lineage
from modelratchet.core.parity import Parity
from modelratchet.modeling.estimators import EstimatorChoice, build_estimator
from modelratchet.modeling.frames import features_of
from modelratchet.modeling.onnx_export import export_onnx
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.parity import ParityOptions, check_parity
from modelratchet.modeling.schema_building import build_schema
from modelratchet.modeling.training import train
from modelratchet.storage.bundles import Bundle, make_bundle

ESTIMATORS = ("hist_gradient_boosting", "gradient_boosting", "random_forest", "logistic_regression")
OPTIONS = ParityOptions(tolerance=1e-5, fuzz_rows=5000, seed=1)


@dataclass(frozen=True)
class Line:
    """One dataset and estimator: rows by set, what differed, and the median time of one row in microseconds."""

    dataset: str
    estimator: str
    rows: int
    missing_rows: int
    fuzz_rows: int
    thresholds: int
    tried: int
    ties: int
    changed: int
    largest: float
    over: float
    onnx_us: float
    sklearn_us: float


def measure(dataset: Dataset, estimator: str) -> Line:
    """Fit, export and compare one pair."""
    plan = dataset.plan
    options = getattr(Train(estimator="random_forest"), estimator).model_dump()
    choice = EstimatorChoice(estimator, options, plan.task, plan.numeric, plan.categorical, 1)
    trained = train(build_estimator(choice), dataset.train, plan)
    schema = build_schema(dataset.name, dataset.train, plan, trained.classes)
    model = export_onnx(trained.pipeline, plan.numeric, plan.categorical, plan.task)
    bundle = make_bundle(model, schema, Lineage("", "", "", "", {}))
    parity = check_parity(trained.pipeline, bundle, dataset.holdout, OPTIONS)
    return _line(dataset, estimator, parity, _times_us(trained.pipeline, bundle, dataset))


def _line(dataset: Dataset, estimator: str, parity: Parity, times_us: tuple[float, float]) -> Line:
    rows = {part.source: part.n_rows for part in parity.parts}
    counts = rows["holdout"], rows["missing"], rows["fuzz"], parity.n_thresholds, parity.n_thresholds_tried
    ties = sum(part.ties for part in parity.parts)
    over = max(part.share_over_tolerance for part in parity.parts)
    found = parity.changed_labels, parity.largest_difference, over
    return Line(dataset.name, estimator, *counts, ties, *found, *times_us)


def _times_us(pipeline: Any, bundle: Bundle, dataset: Dataset) -> tuple[float, float]:
    """Graph and estimator on one row, timed in turns."""
    model, plan = OnnxModel(bundle), dataset.plan
    row = features_of(dataset.holdout.iloc[:1], plan.numeric, plan.categorical)
    feeds = model.feeds(row)
    answer = pipeline.predict_proba if plan.task.is_classification else pipeline.predict
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(15):
        times[0].extend(_timed(partial(model.run, feeds)) for _ in range(20))
        times[1].append(_timed(partial(answer, row)))
    return median(times[0]), median(times[1])


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e6


def _table(lines: Sequence[Line]) -> str:
    header = "| dataset | estimator | rows | missing | fuzz | thresholds tried | ties | changed labels | largest difference | "
    header += "ONNX µs | scikit-learn µs | ratio |\n" + "|---" * 12 + "|\n"
    rows = (
        f"| {item.dataset} | {item.estimator} | {item.rows:,} | {item.missing_rows:,} | {item.fuzz_rows:,} | "
        f"{item.tried:,} of {item.thresholds:,} | {item.ties} | {item.changed} | {item.largest:.1e} | {item.onnx_us:.0f} | "
        f"{item.sklearn_us:,.0f} | {item.onnx_us / item.sklearn_us:.4f} |"
        for item in lines
    )
    return header + "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--flights", type=int, default=30_000, help="how many flights to use")
    options = parser.parse_args(arguments)
    lines = [measure(dataset, name) for dataset in datasets(options.flights) for name in ESTIMATORS]
    print(json.dumps([asdict(line) for line in lines], indent=2) if options.json else _table(lines))
    return int(any(line.changed or line.over for line in lines))


if __name__ == "__main__":
    sys.exit(main())
