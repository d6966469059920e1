"""How often an equal candidate, and one better by the margin, passes on as many rows as `core.power` asks for: `python -m benchmarks.gate.power`.

The policy is alpha 0.05 and power 0.9, so 0.9 or more has to pass at the first look. The AUC's rows are planned from one holdout of 1,000 rows, as a
person would plan them; the accuracy's from the true share of disagreement. Wilson 95 % intervals.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from benchmarks.gate.false_promotion import differences, promoted
from benchmarks.gate.models import binormal
from benchmarks.gate.records import (
    WHOLE_ALPHA,
    arguments,
    discordant_counts,
    line,
    policy,
    share,
    share_passing,
    table,
)
from modelratchet.core.power import Target, accuracy_rows, reach
from modelratchet.core.rules.primary import check_primary
from modelratchet.core.spending import level
from modelratchet.modeling.paired import PairedPlan

POWER = 0.9


def target(margin: float, look: int = 1) -> Target:
    """What the gate asks of the rows at a look."""
    return Target(margin, level(WHOLE_ALPHA, look), POWER)


def accuracy_line(disagree: float, margin: float, trials: int, seed: int) -> None:
    n_rows = accuracy_rows(disagree, target(margin))
    found = []
    for gain in (0.0, margin):
        counts = discordant_counts(disagree, gain, n_rows, trials, (seed, n_rows, int(gain > 0)))
        found.append(share_passing([check_primary], counts, n_rows, policy("accuracy", margin)))
    asked = target(margin)
    plain = disagree * float(ndtri(1.0 - asked.alpha) + ndtri(asked.power)) ** 2 / margin**2
    line(f"accuracy, D {disagree}", margin, f"{n_rows:,}", f"{plain:,.0f}", *(share(count, trials) for count in found))


def auc_line(margin: float, trials: int, seed: int) -> None:
    pilot = binormal(0.75, 0.75)(1000, np.random.default_rng(seed)).difference("roc_auc", PairedPlan(200, seed, None))
    assert pilot is not None
    n_rows = reach(pilot, target(margin)).rows_needed
    assert n_rows is not None
    found = [
        promoted(
            differences("roc_auc", binormal(0.75 + gain, 0.75), (n_rows, trials, 200), seed + 1), margin, WHOLE_ALPHA
        )
        for gain in (0.0, margin)
    ]
    line("roc_auc", margin, f"{n_rows:,}", f"{n_rows:,}", *(share(count, trials) for count in found))


def main(given: Sequence[str] | None = None) -> None:
    """Print one line for each plan."""
    options = arguments(__doc__, 10_000, given)
    started = time.perf_counter()
    table(
        "metric",
        "margin",
        "rows planned",
        "by D (z + z)^2 / margin^2",
        "equal promoted",
        "better by the margin promoted",
    )
    for disagree in (0.02, 0.05, 0.10, 0.20):
        for margin in (0.005, 0.01, 0.02):
            accuracy_line(disagree, margin, options.trials, options.seed)
    auc_line(0.01, max(options.trials // 5, 1), options.seed)
    print(f"\n{options.trials} seeds a line, a fifth of them for the AUC; {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
