"""Does the gate still err as seldom as promised? `python -m benchmarks.gate`, or `make simulations`; ends with 1 where it does not.

What is promised is what docs/benchmarks.md wants of each simulation. Each is run with the day's seed, so every night looks at other draws. A promise counts as broken only where chance
explains the share in fewer than one of 100,000 nights, so a red night is a changed gate.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from benchmarks.gate import creep, false_promotion, power, slices, year
from benchmarks.gate.models import binormal
from benchmarks.gate.records import AT_FIRST_LOOK, WHOLE_ALPHA, discordant_counts, line, policy, share_passing, table
from modelratchet.core.power import accuracy_rows
from modelratchet.core.rules.primary import check_primary
from modelratchet.core.statistics import wilson_interval

CERTAINTY = 1.0 - 2e-5
MARGIN = 0.01


@dataclass(frozen=True)
class Promise:
    """A share that may not lie above `most`, or below `least`, and how often it came out of how many trials."""

    name: str
    count: int
    trials: int
    most: float = 1.0
    least: float = 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share lies, almost certainly."""
        return wilson_interval(self.count, self.trials, CERTAINTY)

    @property
    def is_broken(self) -> bool:
        """Whether the share is on the wrong side beyond what chance explains."""
        low, high = self.interval
        return low > self.most or high < self.least

    @property
    def wanted(self) -> str:
        """The promise in few words."""
        return f"at most {self.most:g}" if self.most < 1.0 else f"at least {self.least:g}"


def promises(trials: int, seed: int) -> Iterator[Promise]:
    """Simulate one after the other. The dear ones get a tenth, or less, of the trials."""
    yield from _worse_by_the_margin(trials, seed)
    yield _auc_worse_by_the_margin(max(trials // 10, 1), seed)
    yield _equal_on_planned_rows(trials, seed)
    yield _year(max(trials // 10, 1), seed)
    yield from _slices(max(trials // 10, 1), seed)
    yield _creep(max(trials // 400, 1), seed)


def _worse_by_the_margin(trials: int, seed: int) -> Iterator[Promise]:
    for n_rows in (500, 5000):
        for times, most in ((1, 0.055), (2, 0.012)):
            counts = discordant_counts(0.05, -times * MARGIN, n_rows, trials, (seed, n_rows, times))
            count = share_passing([check_primary], counts, n_rows, policy("accuracy", MARGIN, AT_FIRST_LOOK))
            yield Promise(
                f"accuracy {times} x the margin worse on {n_rows:,} rows is promoted", count, trials, most=most
            )


def _auc_worse_by_the_margin(trials: int, seed: int) -> Promise:
    found = false_promotion.differences("roc_auc", binormal(0.75 - MARGIN, 0.75), (1000, trials, 200), seed)
    return Promise("AUC worse by the margin is promoted", false_promotion.promoted(found, MARGIN, AT_FIRST_LOOK), trials, most=0.07)  # fmt: skip


def _equal_on_planned_rows(trials: int, seed: int) -> Promise:
    n_rows = accuracy_rows(0.05, power.target(MARGIN))
    counts = discordant_counts(0.05, 0.0, n_rows, trials, (seed, n_rows, 0))
    count = share_passing([check_primary], counts, n_rows, policy("accuracy", MARGIN))
    return Promise(f"an equal model is promoted on the {n_rows:,} rows planned", count, trials, least=0.9)


def _year(trials: int, seed: int) -> Promise:
    generator = np.random.default_rng([seed, 52])
    count = sum(year.errs(year.year(1000, 0.05, 0.0, generator), 1000)[0] for _ in range(trials))
    return Promise("any of a year's 52 bad candidates is promoted", count, trials, most=WHOLE_ALPHA)


def _slices(trials: int, seed: int) -> Iterator[Promise]:
    harmless = slices.shares_blamed(0.10, [0.0] * slices.SLICES, trials, seed)[1]
    harmed = slices.shares_blamed(0.10, [slices.LOSS] + [0.0] * (slices.SLICES - 1), trials, seed)[1]
    yield Promise("a harmless candidate's slice is blamed", harmless, trials, most=0.05)
    yield Promise("a slice that lost 8 points is found", harmed, trials, least=0.95)


def _creep(trials: int, seed: int) -> Promise:
    losses = [
        creep.total_loss(creep.Run(np.random.default_rng([seed, trial]), has_anchor=True, is_fresh=True))
        for trial in range(trials)
    ]
    count = sum(loss > creep.POLICY.anchor_margin + 1e-12 for loss in losses)
    return Promise("60 creeping commits lose more than the anchor's margin", count, trials, most=0.05)


def main(given: Sequence[str] | None = None, simulate: Callable[[int, int], Iterator[Promise]] = promises) -> int:
    """Print every promise and what came of it; 1 where one is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=datetime.now(UTC).toordinal())
    options = parser.parse_args(given)
    started, broken = time.perf_counter(), 0
    table("promise", "wanted", "found", "almost certainly between", "")
    for promise in simulate(options.trials, options.seed):
        low, high = promise.interval
        verdict = "BROKEN" if promise.is_broken else "kept"
        broken += promise.is_broken
        line(
            promise.name, promise.wanted, f"{promise.count / promise.trials:.4f}", f"{low:.4f} and {high:.4f}", verdict
        )
    print(f"\nseed {options.seed}, {time.perf_counter() - started:.0f} s; {broken} promises broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
