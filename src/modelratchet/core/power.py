"""What a holdout can tell: the smallest loss it detects, and the rows that a margin needs. Called by `core.rules` and the page.

An equal candidate is to pass with chance `power` at level `alpha`. For accuracy the statistic's variance is the one under the hypothesis that is to be
excluded, which is larger than the observed one; planning with `D (z_alpha + z_power)^2 / margin^2` alone would fall short of the power it names.

Source: Liu, Hsueh, Hsieh and Chen, "Tests for equivalence or non-inferiority for paired binary data", Statistics in Medicine 21 (2002);
for the others the normal approximation with the measured standard error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import ndtri, stdtrit

from modelratchet.core import tango
from modelratchet.core.comparison import Difference, Method

HALF_A_ROW = 0.5


@dataclass(frozen=True)
class Target:
    """What is asked of the rows: to exclude a loss of `margin` at level `alpha`, with chance `power` where there is none."""

    margin: float
    alpha: float
    power: float


@dataclass(frozen=True)
class Reach:
    """What the rows can do.

    `smallest_loss` is the smallest margin that an equal candidate would pass with the chance asked; `rows_needed` is None where no number of
    rows would do (the margin is 0).
    """

    smallest_loss: float
    n_rows: int
    rows_needed: int | None

    @property
    def rows_missing(self) -> int:
        """Rows short of what is needed; 0 where there are enough, or no number would do."""
        return max(0, (self.rows_needed or 0) - self.n_rows)


def reach(difference: Difference, target: Target) -> Reach:
    """What the rows behind a difference can do for a target."""
    if difference.method is Method.SCORE:
        assert difference.won is not None
        assert difference.lost is not None
        discordant = (difference.won + difference.lost) / difference.n_rows
        smallest = smallest_accuracy_loss(discordant, difference.n_rows, target)
        needed = accuracy_rows(discordant, target) if target.margin > 0.0 else None
        return Reach(smallest, difference.n_rows, needed)
    smallest = _spread(difference, target) * difference.standard_error
    needed = math.ceil(difference.n_rows * (smallest / target.margin) ** 2) if target.margin > 0.0 else None
    return Reach(smallest, difference.n_rows, needed)


def accuracy_rows(discordant: float, target: Target) -> int:
    """Rows that a margin of accuracy needs when the two models disagree on a share `discordant` of the rows; the margin is above 0."""
    spread = _accuracy_spread(discordant, target)
    # won - lost is a whole number: the last step to the bound may cost half of one, so n margin - spread sqrt(n) has to reach it
    root = (spread + math.sqrt(spread**2 + 4.0 * target.margin * HALF_A_ROW)) / (2.0 * target.margin)
    return math.ceil(root**2)


def smallest_accuracy_loss(discordant: float, n_rows: int, target: Target) -> float:
    """The margin, at most 1, for which `n_rows` rows are just enough."""

    def excess(margin: float) -> float:
        asked = Target(margin, target.alpha, target.power)
        return margin * math.sqrt(n_rows) - _accuracy_spread(discordant, asked) - HALF_A_ROW / math.sqrt(n_rows)

    return float(brentq(excess, 0.0, 1.0)) if excess(1.0) > 0.0 else 1.0


def _accuracy_spread(discordant: float, target: Target) -> float:
    """Standard normal quantiles times the standard deviations of one row under hypothesis and truth."""
    under_hypothesis = tango.null_variance(discordant / 2.0, discordant / 2.0, -target.margin)
    return -float(ndtri(target.alpha)) * math.sqrt(under_hypothesis) + float(ndtri(target.power)) * math.sqrt(
        discordant
    )


def _spread(difference: Difference, target: Target) -> float:
    """The two quantiles that alpha and power ask for, of the difference's own distribution."""
    if difference.method is Method.CLUSTER:
        freedom = (difference.n_clusters or 2) - 1
        return float(stdtrit(freedom, target.power) - stdtrit(freedom, target.alpha))
    return float(ndtri(target.power) - ndtri(target.alpha))
