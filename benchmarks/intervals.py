"""Measured coverage of the bootstrap intervals: `python -m benchmarks.intervals` (seeded, under two minutes on one core).

A pool of rows is the truth. Samples are drawn from it, an interval is made of each, and it is counted how often the pool's value lies
inside, below and above. "below" is what a gate cares about: the lower bound promised more than there is. Both methods see the
same resamples. The pairs are two models of equal quality, and a candidate that is worse.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from modelratchet.core.metrics import METRICS, Direction
from modelratchet.core.statistics import (
    FloatArray,
    Interval,
    acceleration_of,
    bca_interval,
    percentile_interval,
    wilson_interval,
)
from modelratchet.core.tasks import Task
from modelratchet.modeling.bootstrap import Resampling, resampled_values
from modelratchet.modeling.metrics import Truth, prepare
from modelratchet.modeling.scores import Scores

POOL = 100_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Case:
    """A pool of rows with the answers of one model, or of a candidate and a champion."""

    name: str
    truth: Truth
    models: tuple[Scores, ...]

    def drawn(self, rows: np.ndarray) -> Case:
        """The case on some of its rows."""
        return Case(self.name, self.truth[rows], tuple(_rows_of(scores, rows) for scores in self.models))


@dataclass(frozen=True)
class Tally:
    """What happened to the pool's value over all samples; shares of those samples whose interval was defined."""

    below: float
    above: float
    n_samples: int


def binary_scores(is_late: np.ndarray, noise: float, generator: np.random.Generator) -> Scores:
    """A calibrated-looking score of a rare-ish class, rounded so that ties occur."""
    logit = 1.5 * is_late - 2.2 + noise * generator.normal(size=len(is_late))
    positive = np.round(1.0 / (1.0 + np.exp(-logit)), 3)
    return Scores.classification(
        Task.BINARY, (positive > 0.5).astype(np.int64), np.column_stack([1 - positive, positive])
    )


def multiclass_scores(truth: np.ndarray, noise: float, generator: np.random.Generator) -> Scores:
    """Three unbalanced classes."""
    logits = 2.0 * np.eye(3)[truth] + noise * generator.normal(size=(len(truth), 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Scores.classification(Task.MULTICLASS, probabilities.argmax(axis=1).astype(np.int64), probabilities)


def number_scores(truth: np.ndarray, noise: float, generator: np.random.Generator) -> Scores:
    """Heavy-tailed errors."""
    return Scores.regression(truth + noise * generator.standard_t(4, size=len(truth)))


def cases(generator: np.random.Generator) -> list[Case]:
    """One model for each task, equal pairs, and pairs whose candidate is worse."""
    binary = (generator.random(POOL) < 0.2).astype(np.int64)
    classes = generator.choice(3, size=POOL, p=[0.6, 0.3, 0.1]).astype(np.int64)
    numbers = generator.normal(size=POOL)
    makers: tuple[tuple[str, Truth, Callable[[float], Scores]], ...] = (
        ("binary", binary, lambda noise: binary_scores(binary, noise, generator)),
        ("multiclass", classes, lambda noise: multiclass_scores(classes, noise, generator)),
        ("regression", numbers, lambda noise: number_scores(numbers, noise, generator)),
    )
    result = []
    for name, truth, make in makers:
        champion, equal, worse = make(1.0), make(1.0), make(1.1)
        result.append(Case(name, truth, (champion,)))
        result.append(Case(f"{name}: gain, equal pair", truth, (equal, champion)))
        result.append(Case(f"{name}: gain, worse candidate", truth, (worse, champion)))
    return result


def measure(case: Case, n_rows: int, n_samples: int, seed: int) -> Iterator[tuple[str, str, Tally]]:
    """Yield metric, method and tally."""
    names, true_values, _ = _gains(case)
    generator = np.random.default_rng(seed)
    found: dict[tuple[str, str], list[int]] = {(name, method): [] for name in names for method in METHODS}
    for sample in range(n_samples):
        drawn = case.drawn(generator.integers(0, POOL, n_rows))
        _, estimates, influence = _gains(drawn)
        plan = Resampling(CONFIDENCE, 1000, seed + sample)
        resampled = _signed(names, resampled_values([prepare(drawn.truth, scores) for scores in drawn.models], plan))
        for column, name in enumerate(names):
            if np.isnan(resampled[:, column]).mean() > 0.05:
                continue
            for method, interval_of in METHODS.items():
                interval = interval_of(resampled[:, column], float(estimates[column]), influence[:, column])
                side = (true_values[column] > interval.high) * 1 - (true_values[column] < interval.low) * 1
                found[name, method].append(int(side))
    for (name, method), sides in found.items():
        yield name, method, Tally(float(np.mean(np.array(sides) < 0)), float(np.mean(np.array(sides) > 0)), len(sides))


METHODS: dict[str, Callable[[FloatArray, float, FloatArray], Interval]] = {
    "percentile": lambda resampled, _estimate, _influence: percentile_interval(resampled, CONFIDENCE),
    "BCa": lambda resampled, estimate, influence: bca_interval(
        resampled, estimate, acceleration_of(influence), CONFIDENCE
    ),
}


def _gains(case: Case) -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Names, values (or gains of a pair) and influence of each row."""
    prepared = [prepare(case.truth, scores) for scores in case.models]
    names = prepared[0].names
    estimates = np.stack([one.estimate() for one in prepared])
    influence = np.stack([one.influence() for one in prepared])
    return names, _signed(names, estimates), _signed(names, influence)


def _signed(names: tuple[str, ...], values: FloatArray) -> FloatArray:
    if len(values) == 1:
        only: FloatArray = values[0]
        return only
    signs = np.array([1.0 if METRICS[name].direction is Direction.HIGHER else -1.0 for name in names])
    gains: FloatArray = (values[0] - values[1]) * signs
    return gains


def _rows_of(scores: Scores, rows: np.ndarray) -> Scores:
    if scores.task is Task.REGRESSION:
        return Scores.regression(scores.values[rows])
    return Scores.classification(scores.task, scores.labels[rows], scores.probabilities[rows])


def main() -> None:
    """Print one line for each case, size, metric and method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20130101)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 1000])
    options = parser.parse_args()
    started = time.perf_counter()
    print(f"| case | rows | metric | method | inside (95 % of it) | truth below | truth above |\n|{'---|' * 7}")
    for case in cases(np.random.default_rng(options.seed)):
        for n_rows in options.rows:
            for name, method, tally in measure(case, n_rows, options.samples, options.seed):
                inside = 1.0 - tally.below - tally.above
                low, high = wilson_interval(round(inside * tally.n_samples), tally.n_samples, 0.95)
                cells = (case.name, n_rows, name, method, f"{inside:.3f} ({low:.3f}-{high:.3f})")
                print(f"| {' | '.join(map(str, cells))} | {tally.below:.3f} | {tally.above:.3f} |", flush=True)
    print(
        f"\n{options.samples} samples each, nominal {CONFIDENCE}, seed {options.seed}, {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
