"""How often a candidate that is worse by the margin, or by twice the margin, passes: `python -m benchmarks.gate.false_promotion`.

Each seed draws a holdout, which `check_primary` judges. The column "test at 0.05" gives the test itself the level 0.05, to hold against what others
report; "the gate" is a policy with alpha 0.05, whose first look is tested at 0.0304. Wilson 95 % intervals.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.gate.models import Draw, binormal, numbers
from benchmarks.gate.records import (
    AT_FIRST_LOOK,
    WHOLE_ALPHA,
    arguments,
    discordant_counts,
    evidence,
    line,
    passes,
    policy,
    share,
    share_passing,
    table,
)
from modelratchet.core.comparison import Difference
from modelratchet.core.rules.primary import check_primary
from modelratchet.modeling.paired import PairedPlan

MARGIN = 0.01
RESAMPLED = {
    "log_loss": (binormal(0.74, 0.75), 1000),
    "average_precision": (binormal(0.74, 0.75), 1000),
    "macro_f1": (binormal(0.74, 0.75), 1000),
    "rmse": (numbers(1.05, 1.0), 1000),
}
"""Metrics that are bootstrapped: the pair, and the rows of a holdout. The margin is what the pair truly loses."""


def accuracy_lines(trials: int, seed: int) -> None:
    for disagree in (0.05, 0.10):
        for n_rows in (500, 1000, 2000, 5000):
            for times in (1, 2):
                loss = times * MARGIN
                counts = discordant_counts(disagree, -loss, n_rows, trials, (seed, n_rows, times, int(1000 * disagree)))
                both = (
                    share_passing([check_primary], counts, n_rows, policy("accuracy", MARGIN, alpha))
                    for alpha in (AT_FIRST_LOOK, WHOLE_ALPHA)
                )
                line(f"accuracy, D {disagree}", n_rows, _words(times), *(share(count, trials) for count in both))


def auc_lines(trials: int, seed: int) -> None:
    for n_rows in (500, 1000, 2000, 5000):
        for times in (1, 2):
            draw = binormal(0.75 - times * MARGIN, 0.75)
            found = differences("roc_auc", draw, (n_rows, trials, 200), seed + times)
            _print("roc_auc", n_rows, times, MARGIN, found)


def resampled_lines(trials: int, seed: int) -> None:
    for metric, (draw, n_rows) in RESAMPLED.items():
        margin = -draw(2_000_000, np.random.default_rng(seed)).gain(metric)
        _print(metric, n_rows, 1, margin, differences(metric, draw, (n_rows, trials, 2000), seed))


def differences(metric: str, draw: Draw, sizes: tuple[int, int, int], seed: int) -> list[Difference | None]:
    """The differences on `sizes[1]` holdouts of `sizes[0]` rows, each with `sizes[2]` resamples."""
    n_rows, trials, n_resamples = sizes
    generator = np.random.default_rng([seed, n_rows])
    return [
        draw(n_rows, generator).difference(metric, PairedPlan(n_resamples, seed + trial, None))
        for trial in range(trials)
    ]


def promoted(found: Sequence[Difference | None], margin: float, alpha: float) -> int:
    """How many of the differences pass at the first look."""
    return sum(
        passes([check_primary], evidence(item), policy(item.metric, margin, alpha))
        for item in found
        if item is not None
    )


def _print(metric: str, n_rows: int, times: int, margin: float, found: Sequence[Difference | None]) -> None:
    both = (promoted(found, margin, alpha) for alpha in (AT_FIRST_LOOK, WHOLE_ALPHA))
    line(metric, n_rows, _words(times), *(share(count, len(found)) for count in both))


def _words(times: int) -> str:
    return "the margin" if times == 1 else "twice the margin"


def main(given: Sequence[str] | None = None) -> None:
    """Print one line for each metric, size and loss."""
    options = arguments(__doc__, 10_000, given)
    started = time.perf_counter()
    table("metric", "rows", "worse by", "promoted, test at 0.05", "promoted, the gate")
    accuracy_lines(options.trials, options.seed)
    auc_lines(options.trials, options.seed)
    resampled_lines(max(options.trials // 10, 1), options.seed)
    seconds = time.perf_counter() - started
    print(f"\n{options.trials} seeds a line, a tenth of them where rows are resampled; {seconds:.0f} s")


if __name__ == "__main__":
    main()
