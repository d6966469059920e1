"""What a decision page says, as one frozen record: no markup, no layout. `building` makes it, the renderers read it, and as JSON it is a format.

Texts are verbatim, as data, settings and the registry have them: renderers escape them (`escaping`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.changes import Changes
from modelratchet.core.comparison import Churn, Method
from modelratchet.core.data_check import DataCheck
from modelratchet.core.evaluation import Calibration, GroupRate, MetricValue
from modelratchet.core.latency import LatencyReport
from modelratchet.core.links import Link
from modelratchet.core.metrics import Direction
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.parity import Parity
from modelratchet.core.verdict import Decision, Finding, Outcome


class Role(StrEnum):
    """What a difference decides: the primary metric, a guard, the primary metric against the anchor, or nothing."""

    PRIMARY = "primary"
    GUARD = "guard"
    ANCHOR = "anchor"
    SHOWN = "shown"


@dataclass(frozen=True)
class Gain:
    """Candidate against a reference in one metric. The gain is positive where the candidate is better.

    `low` and `high` bound the gain at `confidence`; the test looks at one of them. `margin` is None where nothing is decided by it.
    """

    role: Role
    metric: str
    direction: Direction
    method: Method
    against: str
    candidate: float
    reference: float
    gain: float
    low: float
    high: float
    confidence: float
    margin: float | None
    n_rows: int
    outcome: Outcome | None


@dataclass(frozen=True)
class SliceGain:
    """The primary metric's gain on one slice; None where it is not defined there. `is_judged` is false where it is too small to say."""

    column: str
    category: str
    n_rows: int
    candidate: float | None
    gain: float | None
    low: float | None
    high: float | None
    is_judged: bool
    outcome: Outcome | None


@dataclass(frozen=True)
class Slices:
    """All slices, the largest estimated loss among the judged ones first. The intervals are two-sided, each on its own, at `confidence`."""

    metric: str
    margin: float
    minimum_rows: int
    confidence: float
    items: tuple[SliceGain, ...]


@dataclass(frozen=True)
class Power:
    """What this holdout can tell: the smallest loss that an equal candidate is cleared of with the chance `power`.

    `needed_rows` would do for the margin; None where no number of rows would (the margin is 0).
    """

    metric: str
    smallest_loss: float
    power: float
    margin: float
    n_rows: int
    needed_rows: int | None
    missing_rows: int


@dataclass(frozen=True)
class Budget:
    """How the chance of error is spent: this candidate is the `look`-th on the holdout and is tested at `level` of `alpha`.

    `left` is the share of `alpha` that later candidates may still spend.
    """

    look: int
    level: float
    left: float
    anchor_look: int
    anchor_level: float
    alpha: float


@dataclass(frozen=True)
class Page:
    """Everything a reviewer decides from. A part that is None was not supplied, and the page says so.

    `override` is the reason for which a person forced this candidate, empty where nobody did.
    """

    FORMAT: ClassVar[str] = "modelratchet/decision-page"
    VERSION: ClassVar[int] = 2

    decision: Decision
    headline: str
    because: str
    override: str
    model: str
    champion_version: str | None
    anchor_version: str | None
    is_superior: bool
    findings: tuple[Finding, ...]
    changes: Changes | None
    metrics: tuple[MetricValue, ...]
    confidence: float
    n_rows: int
    gains: tuple[Gain, ...]
    incomparable: tuple[str, ...]
    slices: Slices | None
    churn: Churn | None
    power: Power | None
    budget: Budget | None
    calibration: Calibration | None
    groups: tuple[GroupRate, ...]
    latency: LatencyReport | None
    maximum_latency_ratio: float
    parity: Parity | None
    data_check: DataCheck | None
    model_tests: ModelTests | None
    links: tuple[Link, ...]
    digests: dict[str, str]
