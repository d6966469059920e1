"""Two models' right and wrong answers on the same rows: Tango's score test of the difference of their accuracies. Called by `core.paired` and `core.power`.

Only rows that one model alone gets right matter: `won` by the candidate, `lost` to the reference. The gain is `(won - lost) / n_rows`. The variance is
the one under the hypothesis tested, not the one observed, so that rows without any disagreement prove no more than they can: the bound
is then some `-z^2 / n_rows`, not 0.

Source: Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", Statistics in
Medicine 17 (1998).
"""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import ndtri


def null_variance(won: float, lost: float, gain: float) -> float:
    """Variance of one row's gain when the true gain is `gain`, of the shares that are likeliest then.

    Args:
        won: share of rows that only the candidate gets right.
        lost: share of rows that only the reference gets right.
        gain: the hypothesis, -1 to 1.
    """
    if gain < 0.0:
        # the mirror image: here the root below would subtract nearly equal numbers
        return null_variance(lost, won, -gain)
    linear = (2.0 - won + lost) * gain - won - lost
    constant = lost * gain * (1.0 - gain)
    root = math.hypot(linear, math.sqrt(8.0 * constant))
    # two forms of one root: neither subtracts nearly equal numbers
    likeliest_lost = 2.0 * constant / (root + linear) if linear > 0.0 else (root - linear) / 4.0
    return 2.0 * likeliest_lost + gain * (1.0 - gain)


def score(won: int, lost: int, n_rows: int, gain: float) -> float:
    """The statistic, about standard normal when the true gain is `gain`; it falls as `gain` rises.

    With `gain` 0 it is McNemar's. Rows that leave no room for chance give an infinity, or 0 where they are just what was expected.
    """
    surplus = won - lost - n_rows * gain
    variance = n_rows * null_variance(won / n_rows, lost / n_rows, gain)
    if variance <= 0.0:
        return math.copysign(math.inf, surplus) if surplus else 0.0
    return surplus / math.sqrt(variance)


def lower_bound(won: int, lost: int, n_rows: int, alpha: float) -> float:
    """The gain that the score test at level `alpha` (one-sided, below 0.5) just fails to exclude from below."""
    quantile = float(ndtri(1.0 - alpha)) if alpha > 1e-9 else -float(ndtri(alpha))
    estimate = (won - lost) / n_rows
    if estimate <= -1.0:
        return -1.0
    return float(brentq(lambda gain: score(won, lost, n_rows, gain) - quantile, -1.0 + 1e-12, estimate, xtol=1e-12))
