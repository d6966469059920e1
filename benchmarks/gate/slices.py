"""Ten slices of 500 rows: how often one of a harmless candidate is blamed, and one that lost 8 points is found: `python -m benchmarks.gate.slices`.

Each seed draws the counts of ten slices, which `check_slices` judges by accuracy. "no margin" is the bare test; the example lets losses up to 3 points
pass. Beside it the rule that looks at measured values alone. Wilson 95 % intervals.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.gate.records import (
    accuracy_difference,
    arguments,
    evidence,
    line,
    policy,
    share,
    table,
)
from modelratchet.core.comparison import SliceDifference
from modelratchet.core.rules.slices import check_slices
from modelratchet.core.verdict import Outcome

SLICES, ROWS, LOSS, MARGIN = 10, 500, 0.08, 0.03


def draw(disagree: float, losses: Sequence[float], generator: np.random.Generator) -> tuple[SliceDifference, ...]:
    """One candidate's slices, each with its true loss."""
    found = []
    for index, loss in enumerate(losses):
        shares = [(disagree - loss) / 2.0, (disagree + loss) / 2.0, 1.0 - disagree]
        won, lost, _ = generator.multinomial(ROWS, shares)
        found.append(SliceDifference("slice", str(index), ROWS, accuracy_difference(int(won), int(lost), ROWS)))
    return tuple(found)


def blamed(slices: tuple[SliceDifference, ...], slice_margin: float) -> set[str]:
    """The slices that the gate fails."""
    asked = replace(policy("accuracy", 0.01), slice_margin=slice_margin)
    found = check_slices(evidence(None, slices=slices), asked)
    return {finding.subject for finding in found if finding.outcome is Outcome.FAILED}


def shares_blamed(disagree: float, losses: Sequence[float], trials: int, seed: int) -> tuple[int, int, int]:
    """In how many candidates a slice is blamed (the first one, if that has a loss): no margin, the margin, measured values alone."""
    generator = np.random.default_rng([seed, int(1000 * disagree), int(1000 * losses[0])])
    counts = np.zeros(3, dtype=int)
    for _ in range(trials):
        slices = draw(disagree, losses, generator)
        wanted = {"slice=0"} if losses[0] else {f"slice={part.category}" for part in slices}
        measured = {f"slice={part.category}" for part in slices if part.difference and part.difference.gain < -MARGIN}
        counts += [bool(wanted & found) for found in (blamed(slices, 0.0), blamed(slices, MARGIN), measured)]
    none, some, plain = (int(count) for count in counts)
    return none, some, plain


def main(given: Sequence[str] | None = None) -> None:
    """Print one line for each share of disagreement, harmless and harmed."""
    options = arguments(__doc__, 10_000, given)
    started = time.perf_counter()
    table("D", "candidate", "blamed, no margin", "blamed, margin 0.03", "by measured values alone")
    for disagree in (0.05, 0.10, 0.20):
        for words, first in (("harmless", 0.0), ("one slice at -8 points", LOSS)):
            if first > disagree:
                continue
            counts = shares_blamed(disagree, [first] + [0.0] * (SLICES - 1), options.trials, options.seed)
            line(disagree, words, *(share(count, options.trials) for count in counts))
    print(f"\n{options.trials} seeds a line; {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
