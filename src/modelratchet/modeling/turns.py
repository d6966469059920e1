"""Calls several models in turns and notes how long each call took. Called by `modeling.latency`.

One after the other would charge whatever the machine does meanwhile to one of them; a fixed order would charge the caches to
whoever comes second. Nothing here knows what a call does: callables come in, so a server's requests are timed the same way.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, permutations

import numpy as np

from modelratchet.core.statistics import FloatArray

Call = Callable[[], object]
Clock = Callable[[], int]


@dataclass(frozen=True)
class Caller:
    """One model's calls, taken in rotation; at least one.

    `processor_ns` reads the processor time that was used so far by whoever does the work; None where that cannot be read. With
    `works_on` it goes on working after it answered (a server writes its log), so a call costs all that is used until the next one.
    """

    calls: Sequence[Call]
    processor_ns: Clock | None = None
    works_on: bool = False


@dataclass(frozen=True)
class Turns:
    """What was noted, nanoseconds, each `(n_callers, n_turns)`. `processor` is None unless every caller's can be read."""

    elapsed: FloatArray
    processor: FloatArray | None

    @property
    def count(self) -> int:
        """Turns taken; in each, every model was called once."""
        return self.elapsed.shape[1]


def warm_up(callers: Sequence[Caller], n_turns: int, clock: Clock, deadline: float) -> None:
    """Call all of them without noting anything: first calls fill caches and grow arenas. Ends early at the deadline."""
    for turn in range(n_turns):
        for caller in callers:
            caller.calls[turn % len(caller.calls)]()
        if clock() >= deadline:
            return


def balanced_order(n_callers: int, seed: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Who is called when, turn by turn, for ever: every permutation once in each round, the rounds shuffled."""
    generator = np.random.default_rng(list(seed))
    every = list(permutations(range(n_callers)))
    while True:
        for place in generator.permutation(len(every)):
            yield every[place]


class TurnTaker:
    """Takes turns in batches and keeps all that was noted; every batch goes on where the last one ended."""

    def __init__(self, callers: Sequence[Caller], order: Iterator[tuple[int, ...]], clock: Clock) -> None:
        """Take the order from `balanced_order` and the clock to time with, in nanoseconds."""
        self._callers, self._order, self._clock = tuple(callers), order, clock
        self._meters = [caller.processor_ns or _no_reading for caller in callers]
        self._batches: list[Turns] = []
        self._n_turns = 0

    def take(self, n_turns: int, deadline: float) -> None:
        """Take so many more turns; fewer, but two, when the clock passes the deadline.

        Raises:
            Whatever a call raises; the batch is lost then.
        """
        shape = (len(self._callers), n_turns)
        elapsed, before, after = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        clock, done = self._clock, 0
        for who in islice(self._order, n_turns):
            for index in who:
                calls, meter = self._callers[index].calls, self._meters[index]
                call = calls[(self._n_turns + done) % len(calls)]
                before[index, done] = meter()
                started = clock()
                call()
                elapsed[index, done] = clock() - started
                after[index, done] = meter()
            done += 1
            if done >= 2 and clock() >= deadline:
                break
        self._n_turns += done
        self._batches.append(Turns(elapsed[:, :done], self._used(before[:, :done], after[:, :done])))

    def turns(self) -> Turns:
        """All turns of all batches, in the order taken."""
        parts = [batch.processor for batch in self._batches if batch.processor is not None]
        processor = np.concatenate(parts, axis=1) if len(parts) == len(self._batches) else None
        return Turns(np.concatenate([batch.elapsed for batch in self._batches], axis=1), processor)

    def _used(self, before: FloatArray, after: FloatArray) -> FloatArray | None:
        if any(caller.processor_ns is None for caller in self._callers):
            return None
        used = after - before
        for index, caller in enumerate(self._callers):
            if caller.works_on:
                used[index, :-1] = np.diff(before[index])
        return used


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A collection in the middle of a call would be charged to that call."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _no_reading() -> int:
    return 0
