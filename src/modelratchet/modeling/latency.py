"""How long a call takes, candidate and champion in turns in one process. Called by `modeling.comparison` and `benchmarks.latency_gate`.

Nothing here knows what a call does: callables come in, so a server's requests can be timed the same way.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import perf_counter_ns
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.evidence import Latency
from modelratchet.core.statistics import FloatArray, median_ratio

Call = Callable[[], object]

_WARM_UP = 200
_DIFFERENT_CALLS = 256
_NS_PER_MS = 1e6


@dataclass(frozen=True)
class LatencyPlan:
    """How calls are timed. `seed` fixes the rows drawn and the order of turns."""

    rows_per_call: int
    n_calls: int
    confidence: float
    seed: int


class Runnable(Protocol):
    """What of a model is timed."""

    def feeds(self, features: pd.DataFrame) -> dict[str, NDArray[np.generic]]:
        """Turn rows into the graph's inputs."""

    def run(self, feeds: dict[str, NDArray[np.generic]]) -> object:
        """Run the graph."""


def single_calls(model: Runnable, features: pd.DataFrame, plan: LatencyPlan) -> tuple[Call, ...]:
    """Calls on rows drawn from the holdout; the same plan and holdout draw the same rows for any model.

    Turning rows into inputs is not part of the call.
    """
    generator = np.random.default_rng([plan.seed, 1])
    drawn = generator.integers(0, len(features), size=(min(_DIFFERENT_CALLS, plan.n_calls), plan.rows_per_call))
    together = model.feeds(features.iloc[drawn.ravel()])
    calls: list[Call] = []
    for start in range(0, drawn.size, plan.rows_per_call):
        feeds = {name: values[start : start + plan.rows_per_call].copy() for name, values in together.items()}
        calls.append(partial(model.run, feeds))
    return tuple(calls)


def time_in_turns(candidate: Sequence[Call], champion: Sequence[Call] | None, plan: LatencyPlan) -> Latency:
    """Time both on the same inputs, one call each a turn, who goes first balanced and in random order.

    One after the other would charge whatever the machine does meanwhile to one of them; a fixed order would charge the
    caches to the second.

    Args:
        candidate: calls to take in rotation; at least one.
        champion: the same inputs for the other model; None where there is none.
        plan: how many calls, and the seed.
    """
    if champion is None:
        (ours,) = _times([candidate], np.zeros((plan.n_calls, 1), dtype=np.int64)) / _NS_PER_MS
        return _latency(plan, ours, None)
    ours, theirs = _times([candidate, champion], _balanced_turns(plan)) / _NS_PER_MS
    return _latency(plan, ours, theirs)


def _balanced_turns(plan: LatencyPlan) -> NDArray[np.int64]:
    """Who is called first and second in each turn, `(n_calls, 2)`: of every two turns one begins with each."""
    generator = np.random.default_rng([plan.seed, 2])
    first = np.stack([flips := generator.integers(0, 2, size=(plan.n_calls + 1) // 2), 1 - flips], axis=1).ravel()
    first = first[: plan.n_calls]
    return np.stack([first, 1 - first], axis=1)


def _times(contenders: Sequence[Sequence[Call]], turns: NDArray[np.int64]) -> FloatArray:
    """Nanoseconds of each call, `(n_contenders, n_turns)`."""
    times = np.zeros((len(contenders), len(turns)))
    order = turns.tolist()
    with _without_garbage_collection():
        for turn in range(_WARM_UP):
            for calls in contenders:
                calls[turn % len(calls)]()
        for turn, who in enumerate(order):
            for index in who:
                call = contenders[index][turn % len(contenders[index])]
                started = perf_counter_ns()
                call()
                times[index, turn] = perf_counter_ns() - started
    return times


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A collection in the middle of a call would be charged to that call."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _latency(plan: LatencyPlan, ours: FloatArray, theirs: FloatArray | None) -> Latency:
    ratio = None if theirs is None else median_ratio(ours, theirs, plan.confidence, (plan.seed, 3))
    champion = (None, None) if theirs is None else _quantiles(theirs)
    candidate = _quantiles(ours)
    return Latency(
        rows_per_call=plan.rows_per_call,
        n_calls=plan.n_calls,
        candidate_p50_ms=candidate[0],
        candidate_p95_ms=candidate[1],
        champion_p50_ms=champion[0],
        champion_p95_ms=champion[1],
        ratio=ratio.value if ratio else None,
        ratio_low=ratio.low if ratio else None,
        ratio_high=ratio.high if ratio else None,
    )


def _quantiles(times: FloatArray) -> tuple[float, float]:
    return float(np.median(times)), float(np.quantile(times, 0.95))
