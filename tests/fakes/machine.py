"""A machine whose clock moves only when something is called, so that times are what the test says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from modelratchet.modeling.turns import Caller


class FakeMachine:
    """Calls take the nanoseconds they are given; `wait` adds what a busy machine makes each call wait."""

    def __init__(self, wait: Callable[[], float] = lambda: 0.0) -> None:
        self._now = self._n_callers = 0
        self._wait = wait

    def clock(self) -> int:
        return self._now

    def caller(
        self, takes: float, uses: float = 1.0, works_on_for: float = 0.0, spread: float = 0.0, unread: float = 0.0
    ) -> Caller:
        """One whose calls take so long and use so much processor time, each with a share of luck; of a share `unread` of them the meter shows nothing."""
        self._n_callers += 1
        generator, used, reads = np.random.default_rng(self._n_callers), [0.0], [0]

        def call() -> None:
            luck = 1.0 + spread * generator.exponential()
            self._now += round(takes * luck + self._wait())
            used[0] += uses * luck if not unread or generator.random() >= unread else 0.0
            reads[0] = 0

        def read() -> int:
            # the first reading comes with the answer, the next one when it has long been done with what it does after that
            reads[0] += 1
            used[0] += works_on_for if reads[0] == 2 and used[0] else 0.0
            return round(used[0])

        return Caller([call], read, works_on=works_on_for > 0.0)
