"""60 commits that each lose 0.3 points of accuracy to the model before them: `python -m benchmarks.gate.creep`.

Each commit's model differs from the reigning champion on 5 % of the rows; one that is promoted is the next champion. A run is well if what is lost in
all stays within the anchor's margin. The holdout of 5,000 rows is the same throughout, or a fresh one for each commit, which
starts the champion's error budget anew but not the anchor's. Wilson 95 % intervals.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.gate.records import (
    Looks,
    accuracy_difference,
    arguments,
    evidence,
    line,
    passes,
    policy,
    share,
    table,
)
from modelratchet.core.comparison import Difference
from modelratchet.core.rules.anchor import check_anchor, is_superior_to_anchor
from modelratchet.core.rules.primary import check_primary

COMMITS, STEP, DISAGREE, ACCURACY, N_ROWS = 60, 0.003, 0.05, 0.85, 5000
POLICY = policy("accuracy", 0.01)


@dataclass
class Run:
    """A champion and an anchor, as which of the held-out rows they get right, and what was lost on the way in truth."""

    generator: np.random.Generator
    has_anchor: bool
    is_fresh: bool
    steps: int = 0
    """Promotions since the beginning; each costs `STEP`."""
    anchor_steps: int = 0
    anchor_looks: int = 0
    anchor: np.ndarray = field(init=False)
    champion: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Begin with a champion that is its own anchor."""
        self.anchor = self.generator.random(N_ROWS) < ACCURACY
        self.champion = self.anchor

    def commit(self, look: int) -> None:
        """Judge the next candidate, and promote it if it passes."""
        if self.is_fresh:
            self._draw_again()
        candidate = self._descendant(self.champion, self.steps)
        self.anchor_looks += 1
        found = evidence(
            _difference(candidate, self.champion),
            _difference(candidate, self.anchor) if self.steps > self.anchor_steps else None,
            Looks(1 if self.is_fresh else look, self.anchor_looks),
        )
        if not passes([check_primary, check_anchor] if self.has_anchor else [check_primary], found, POLICY):
            return
        self.champion, self.steps = candidate, self.steps + 1
        assert found.comparison is not None
        if is_superior_to_anchor(found.comparison, POLICY):
            self.anchor, self.anchor_steps, self.anchor_looks = candidate, self.steps, 0

    def _draw_again(self) -> None:
        """The same models' answers to other rows: the anchor's, then each promoted model's from the one before."""
        self.anchor = self.generator.random(N_ROWS) < ACCURACY - STEP * self.anchor_steps
        self.champion = self.anchor
        for steps in range(self.anchor_steps, self.steps):
            self.champion = self._descendant(self.champion, steps)

    def _descendant(self, right: np.ndarray, steps: int) -> np.ndarray:
        accuracy = ACCURACY - STEP * steps
        loses, wins = (DISAGREE + STEP) / 2.0 / accuracy, (DISAGREE - STEP) / 2.0 / (1.0 - accuracy)
        chance = self.generator.random(len(right))
        changed: np.ndarray = np.where(right, chance >= loses, chance < wins)
        return changed


def total_loss(run: Run) -> float:
    """What is lost after all commits."""
    for look in range(1, COMMITS + 1):
        run.commit(look)
    return STEP * run.steps


def _difference(candidate: np.ndarray, reference: np.ndarray) -> Difference:
    won, lost = int(np.count_nonzero(candidate & ~reference)), int(np.count_nonzero(reference & ~candidate))
    return accuracy_difference(won, lost, len(candidate))


def main(given: Sequence[str] | None = None) -> None:
    """Print one line for each kind of holdout, with the anchor and without."""
    options = arguments(__doc__, 400, given)
    started = time.perf_counter()
    table("holdout", "anchor", "runs within 1.5 points", "mean loss, points", "95th percentile", "largest")
    for is_fresh in (False, True):
        for has_anchor in (True, False):
            losses = np.array(
                [
                    total_loss(Run(np.random.default_rng([options.seed, trial, is_fresh]), has_anchor, is_fresh))
                    for trial in range(options.trials)
                ]
            )
            within = share(int(np.count_nonzero(losses <= POLICY.anchor_margin + 1e-12)), options.trials)
            figures = (f"{100.0 * value:.1f}" for value in (losses.mean(), np.quantile(losses, 0.95), losses.max()))
            line("a fresh one each" if is_fresh else "the same", "held" if has_anchor else "none", within, *figures)
    print(f"\n{options.trials} runs of {COMMITS} commits a line; {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
