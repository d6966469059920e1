"""How much of the error budget each look at a holdout, or at an anchor, may use. Called by `core.rules` and whoever shows what is left.

The k-th candidate is tested at `alpha * 6 / (pi^2 k^2)`. All levels together are alpha, so by the union bound the chance that any of
them is promoted though it is worse by the margin is at most alpha: however many come, and whatever the candidates share, which is a lot, for
all answer the same rows. Why this and not an e-process or a noisy holdout is in docs/adr/0005.

Source: Bonferroni's inequality; Foster and Stine, "alpha-investing", JRSS B 70 (2008), on spending a level over a stream of tests.
"""

from __future__ import annotations

import math

_SHARE = 6.0 / math.pi**2
"""One over the sum of all 1 / k^2 (Euler)."""


def level(alpha: float, look: int) -> float:
    """The level of the test at the `look`-th candidate, counted from 1.

    Raises:
        ValueError: a look before the first.
    """
    if look < 1:
        raise ValueError(f"looks are counted from 1, found {look}")
    return alpha * _SHARE / look**2


def spent(alpha: float, looks: int) -> float:
    """What the first `looks` candidates have used together; 0 for none, never above alpha."""
    return math.fsum(level(alpha, look) for look in range(1, looks + 1))


def share_left(looks: int) -> float:
    """Share of the budget, 0 to 1, that is left for those who come after the first `looks`."""
    return 1.0 - spent(1.0, looks)
