"""How long a call takes: candidate, champion and a control in turns, for as long as it takes to trust the figures.

The control is a second copy of the champion (of the candidate where there is none). It shows what this machine calls a
difference when there is none; while that is as large as the tolerance, nothing can be said about the candidate, and more is
measured. Called by `wiring.timing` and `benchmarks.gate.latency`. What counts as slow is the gate's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter_ns, thread_time_ns
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.latency import QUANTILES, Ratio, Route, Times, Timing
from modelratchet.core.statistics import FloatArray, IntArray
from modelratchet.core.time_ratios import (
    MINIMUM_TURNS,
    Blocks,
    block_spread,
    draw_blocks,
    quantile_of,
    quantile_ratios,
)
from modelratchet.modeling.turns import (
    Call,
    Caller,
    Clock,
    Turns,
    TurnTaker,
    balanced_order,
    warm_up,
    without_garbage_collection,
)

_MOST_TURNS = 100_000  # from here on it is not the number of calls that limits what can be told
_DIFFERENT_CALLS = 256
_WARM_UP_SHARE = 0.1
_LOOK_SHARE = 0.125  # how long to go on, in the second half, before looking again
_READABLE_SHARE = 0.9  # of the turns have to have a processor time
_NS_PER_MS = 1e6


@dataclass(frozen=True)
class LatencyPlan:
    """How calls are timed: `n_calls` of each model to start with, then twice as many, and so on, until the control holds or `seconds` are over.

    `tolerance` is the ratio that has to be told from 1, above 1. `seed` fixes the rows drawn and the order of turns.
    """

    rows_per_call: int
    n_calls: int
    seconds: float
    tolerance: float
    seed: int
    confidence: float = 0.95
    warm_up: int = 200


@dataclass(frozen=True)
class LineUp:
    """Who is called through one route. All get the same rows."""

    route: Route
    candidate: Caller
    champion: Caller | None
    control: Caller

    @property
    def callers(self) -> tuple[Caller, ...]:
        """The candidate first, the control last."""
        return (
            (self.candidate, self.control) if self.champion is None else (self.candidate, self.champion, self.control)
        )


class Runnable(Protocol):
    """What of a model is timed."""

    def feeds(self, features: pd.DataFrame) -> dict[str, NDArray[np.generic]]:
        """Turn rows into the graph's inputs."""

    def run(self, feeds: dict[str, NDArray[np.generic]]) -> object:
        """Run the graph."""


def drawn_rows(n_rows: int, plan: LatencyPlan) -> IntArray:
    """Positions of the rows of each call, `(n_different_calls, rows_per_call)`; the same plan draws the same for any model."""
    generator = np.random.default_rng([plan.seed, 1])
    return generator.integers(0, n_rows, size=(min(_DIFFERENT_CALLS, plan.n_calls), plan.rows_per_call))


def in_process(model: Runnable, features: pd.DataFrame, plan: LatencyPlan) -> Caller:
    """Calls of a loaded graph on rows drawn from the holdout. Turning rows into inputs is not part of the call."""
    drawn = drawn_rows(len(features), plan)
    together = model.feeds(features.iloc[drawn.ravel()])
    calls: list[Call] = []
    for start in range(0, drawn.size, plan.rows_per_call):
        feeds = {name: values[start : start + plan.rows_per_call].copy() for name, values in together.items()}
        calls.append(partial(model.run, feeds))
    # the graph runs on one thread, the caller's
    return Caller(calls, thread_time_ns)


def in_process_line_up(candidate: Callable[[], Caller], champion: Callable[[], Caller] | None) -> LineUp:
    """Load the candidate, the champion and the control, after a copy that is never called.

    The first graph that a process loads is slower than an equal one loaded next, on busy cores by enough to be taken for a slower model: it
    gets its memory from elsewhere. That would always be charged to the candidate.

    Args:
        candidate: loads a copy of its own at each call.
        champion: the same; None where there is none.
    """
    first = candidate()
    ours, theirs = candidate(), champion() if champion else None
    line_up = LineUp(Route.IN_PROCESS, ours, theirs, (champion or candidate)())
    del first  # only now: its memory would have gone to the next one
    return line_up


def time_in_turns(line_up: LineUp, plan: LatencyPlan, clock: Clock = perf_counter_ns) -> tuple[Timing, ...]:
    """Time all on the same inputs until the control holds, or time is up.

    Where processor time holds, half of the time has to do: the gate judges by it then.

    Returns:
        What a waiting client sees; and after it, where every caller's can be read, the processor time of the same calls, which
        a busy machine changes far less.

    Raises:
        Whatever a call raises.
    """
    taker = TurnTaker(line_up.callers, balanced_order(len(line_up.callers), (plan.seed, 2)), clock)
    with without_garbage_collection():
        started = clock()
        half, end = started + plan.seconds * 0.5e9, started + plan.seconds * 1e9
        warm_up(line_up.callers, plan.warm_up, clock, started + _WARM_UP_SHARE * plan.seconds * 1e9)
        more = plan.n_calls
        while True:
            taker.take(more, half if clock() < half else min(clock() + _LOOK_SHARE * plan.seconds * 1e9, end))
            turns = taker.turns()
            found = _timings(line_up, plan, turns, (clock() - started) / 1e9)
            more = min(turns.count, _MOST_TURNS - turns.count)
            is_enough = found[0].holds or (clock() >= half and found[-1].holds)
            if is_enough or clock() >= end or more <= 0:
                return found


def _timings(line_up: LineUp, plan: LatencyPlan, turns: Turns, seconds: float) -> tuple[Timing, ...]:
    waited, used = _timing(line_up, plan, turns.elapsed, seconds), _readable(turns.processor)
    if used is None:
        return (waited,)
    of_processor = replace(line_up, route=line_up.route.of_processor)
    return (waited, _timing(of_processor, plan, used, seconds))


def _readable(processor: FloatArray | None) -> FloatArray | None:
    """Without the turns in which a meter stood still; None where those are more than an exception.

    A virtual machine whose host takes its processor away may count a short call as nothing. A meter that is too coarse for the calls does so often.
    """
    if processor is None:
        return None
    moved = (processor > 0).all(axis=0)
    return processor[:, moved] if moved.mean() >= _READABLE_SHARE else None


def _timing(line_up: LineUp, plan: LatencyPlan, times: FloatArray, seconds: float) -> Timing:
    """Judge nothing, but for whether the control held; `times` are nanoseconds, in the order of the line-up's callers."""
    candidate, control = times[0], times[-1]
    champion = times[1] if line_up.champion else None
    blocks = draw_blocks(times.shape[1], (plan.seed, 3))
    first_copy = candidate if champion is None else champion
    control_ratios = _ratios(control, first_copy, blocks, plan)
    return Timing(
        route=line_up.route,
        rows_per_call=plan.rows_per_call,
        n_calls=times.shape[1],
        seconds=seconds,
        confidence=plan.confidence,
        tolerance=plan.tolerance,
        candidate=_times(candidate),
        champion=None if champion is None else _times(champion),
        ratios=() if champion is None else _ratios(candidate, champion, blocks, plan),
        control=control_ratios,
        noise=block_spread(first_copy, blocks),
        holds=times.shape[1] >= MINIMUM_TURNS and all(ratio.is_within(plan.tolerance) for ratio in control_ratios),
    )


def _ratios(ours: FloatArray, theirs: FloatArray, blocks: Blocks, plan: LatencyPlan) -> tuple[Ratio, ...]:
    return quantile_ratios(ours, theirs, QUANTILES, blocks, plan.confidence)


def _times(times: FloatArray) -> Times:
    p50, p95 = (quantile_of(times, quantile) / _NS_PER_MS for quantile in QUANTILES)
    return Times(p50, p95)
