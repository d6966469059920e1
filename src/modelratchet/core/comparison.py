"""Candidate against champion and anchor on the same holdout rows: what was measured, in a form that any test can be made of.

A difference holds sufficient statistics, not an interval: the gate chooses the error rate (it depends on how often the holdout was
used), and a replay under another policy needs another one. `core.paired` makes intervals and p-values of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.formats import added
from modelratchet.core.metrics import Direction
from modelratchet.core.standing import Champion, Standing


class Method(StrEnum):
    """How the gain's uncertainty is known.

    score      counts of rows that only one of the two gets right (accuracy): Tango's score interval, exact McNemar
    delong     variance of the placement values (ROC AUC)
    bootstrap  quantiles of the paired resamples, and their standard error (all other metrics)
    cluster    standard error over whole clusters of rows, whatever the metric
    """

    SCORE = "score"
    DELONG = "delong"
    BOOTSTRAP = "bootstrap"
    CLUSTER = "cluster"


@dataclass(frozen=True)
class Quantile:
    """The gain below which a share `level` of the resamples lies."""

    level: float
    gain: float


@dataclass(frozen=True)
class Difference:
    """One metric of candidate and reference on the same rows.

    `gain` is positive when the candidate is better, whichever way the metric runs; `standard_error` is the gain's.
    `won` and `lost` count rows that only the candidate, only the reference gets right (accuracy alone, else None).
    `quantiles` are by rising level (bootstrap alone, else empty). `n_clusters` is None where rows are taken as independent.
    """

    metric: str
    direction: Direction
    method: Method
    candidate: float
    reference: float
    gain: float
    standard_error: float
    n_rows: int
    n_clusters: int | None
    won: int | None
    lost: int | None
    quantiles: tuple[Quantile, ...]


@dataclass(frozen=True)
class SliceDifference:
    """The primary metric's difference on the rows where `column` equals `category`; None where it is not defined there."""

    column: str
    category: str
    n_rows: int
    difference: Difference | None


@dataclass(frozen=True)
class Churn:
    """Rows on which candidate and champion answer differently, of `n_rows`; classification only.

    `mended` went from wrong to right, `broken` from right to wrong, `moved` from one wrong class to another.
    """

    n_rows: int
    mended: int
    broken: int
    moved: int

    @property
    def share(self) -> float:
        """Share of rows with another answer."""
        return (self.mended + self.broken + self.moved) / self.n_rows if self.n_rows else 0.0


@dataclass(frozen=True)
class Contest:
    """The candidate against one reference.

    `incomparable` says why there are no differences (it needs a column that today's rows lack, say); empty otherwise.
    `slices` and `churn` are of the champion only.
    """

    reference: Champion
    incomparable: str
    differences: tuple[Difference, ...]
    slices: tuple[SliceDifference, ...]
    churn: Churn | None

    def difference(self, metric: str) -> Difference | None:
        """The difference in that metric, if it was measured."""
        return next((item for item in self.differences if item.metric == metric), None)


@dataclass(frozen=True)
class Comparison:
    """All contests of one candidate. `champion` is None where nobody reigns; `anchor` where it is the champion itself."""

    FORMAT: ClassVar[str] = "modelratchet/comparison"
    VERSION: ClassVar[int] = 3
    OLDEST: ClassVar[int] = 2

    bundle_digest: str
    holdout_digest: str
    n_rows: int
    standing: Standing
    champion: Contest | None
    anchor: Contest | None
    model_digest: str | None = added(3)
