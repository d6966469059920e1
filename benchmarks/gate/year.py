"""52 candidates in a row, each worse by the margin, against one champion and one holdout: `python -m benchmarks.gate.year`.

A year errs if any of them passes `check_primary` at its own look. All candidates answer the same rows, and `shared` says which part of their
disagreement with the champion they have in common. Beside it the same year with every candidate tested at the full 0.05, as if it were the
first. Wilson 95 % intervals.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache

import numpy as np

from benchmarks.gate.records import (
    AT_FIRST_LOOK,
    WHOLE_ALPHA,
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
from modelratchet.core.rules.primary import check_primary

CANDIDATES, MARGIN, ACCURACY = 52, 0.01, 0.8


def year(n_rows: int, disagree: float, shared: float, generator: np.random.Generator) -> np.ndarray:
    """Draw `(won, lost)` of each candidate of one year, `(CANDIDATES, 2)`.

    The holdout fixes how many rows the champion gets right, and how many of them all candidates lose alike.
    """
    n_right = generator.binomial(n_rows, ACCURACY)
    sizes = np.array([n_rows - n_right, n_right])
    rates = np.array([(disagree - MARGIN) / 2.0 / (1.0 - ACCURACY), (disagree + MARGIN) / 2.0 / ACCURACY])
    common = generator.binomial(sizes, shared * rates)
    own = (1.0 - shared) * rates / (1.0 - shared * rates)
    return common + generator.binomial(sizes - common, own, size=(CANDIDATES, 2))


@cache
def is_promoted(won: int, lost: int, n_rows: int, look: int, alpha: float) -> bool:
    """The gate's answer at a look; few counts are drawn often."""
    found = evidence(accuracy_difference(won, lost, n_rows), looks=Looks(look, look))
    return passes([check_primary], found, policy("accuracy", MARGIN, alpha))


def errs(candidates: np.ndarray, n_rows: int) -> tuple[bool, bool]:
    """Whether any candidate of a year passes: as the gate counts looks, and as if each were the first."""
    counts = [(int(won), int(lost)) for won, lost in candidates]
    # what does not pass at 0.05 passes at no smaller level, so only the others need to be asked at their own look
    loose = [(look, count) for look, count in enumerate(counts, 1) if is_promoted(*count, n_rows, 1, AT_FIRST_LOOK)]
    return any(is_promoted(*count, n_rows, look, WHOLE_ALPHA) for look, count in loose), bool(loose)


def main(given: Sequence[str] | None = None) -> None:
    """Print one line for each size and share."""
    options = arguments(__doc__, 2000, given)
    started = time.perf_counter()
    table("rows", "D", "shared", "any promoted in a year", "if each were tested at 0.05")
    for n_rows, disagree in ((1000, 0.05), (5000, 0.05), (5000, 0.10)):
        for shared in (0.0, 0.5, 0.9):
            generator = np.random.default_rng([options.seed, n_rows, int(100 * disagree), int(10 * shared)])
            years = [errs(year(n_rows, disagree, shared, generator), n_rows) for _ in range(options.trials)]
            line(n_rows, disagree, shared, *(share(sum(column), options.trials) for column in zip(*years, strict=True)))
            is_promoted.cache_clear()
    print(f"\n{options.trials} years of {CANDIDATES} candidates a line; {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
