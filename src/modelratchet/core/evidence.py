"""What the gate reads: one frozen record per stage that found something out.

Shares are 0 to 1, times are milliseconds, intervals are two-sided at the confidence they name. The
records hold no verdict: what counts as good is the policy's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.comparison import Comparison
from modelratchet.core.digests import digest_value
from modelratchet.core.formats import to_document
from modelratchet.core.latency import LatencyReport
from modelratchet.core.metrics import Direction
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.tasks import Task


class Severity(StrEnum):
    """What a failed expectation means: critical stops the pipeline, a warning travels to the verdict."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class FailedExpectation:
    """One expectation that the rows did not meet.

    `sample` holds up to five offending rows or values as text; `count` of `n_rows` rows are unexpected
    (0 where the expectation is about the table as a whole).
    """

    expectation: str
    column: str
    severity: Severity
    message: str
    count: int
    share: float
    sample: tuple[str, ...]


@dataclass(frozen=True)
class DataCheck:
    """Outcome of the expectations on the ingested rows."""

    FORMAT: ClassVar[str] = "modelratchet/data-check"
    VERSION: ClassVar[int] = 1

    data_digest: str
    suite_digest: str
    n_rows: int
    n_expectations: int
    failed: tuple[FailedExpectation, ...]

    @property
    def has_critical(self) -> bool:
        """Whether any critical expectation failed."""
        return any(failure.severity is Severity.CRITICAL for failure in self.failed)


@dataclass(frozen=True)
class MetricValue:
    """A metric on the holdout with its bootstrap interval."""

    name: str
    direction: Direction
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SliceValue:
    """The primary metric on the holdout rows where `column` equals `category`.

    `metric` is None where the metric is not defined on these rows (one class only, say).
    """

    column: str
    category: str
    n_rows: int
    metric: MetricValue | None


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error of the positive (or the chosen) class's probability, with its bootstrap interval; shares, 0 to 1."""

    n_bins: int
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class GroupRate:
    """How often rows of one group are answered with the positive class (binary), or rightly (multiclass): `count` of `n_rows`."""

    column: str
    category: str
    n_rows: int
    count: int


@dataclass(frozen=True)
class Evaluation:
    """How the bundle's ONNX model does on the holdout.

    `calibration` is None for a regression; `groups` is empty unless `evaluate.groups` names columns.
    """

    FORMAT: ClassVar[str] = "modelratchet/evaluation"
    VERSION: ClassVar[int] = 2

    task: Task
    bundle_digest: str
    holdout_digest: str
    n_rows: int
    confidence: float
    primary: str
    metrics: tuple[MetricValue, ...]
    slices: tuple[SliceValue, ...]
    calibration: Calibration | None
    groups: tuple[GroupRate, ...]

    def metric(self, name: str) -> MetricValue | None:
        """The metric of that name, if it was measured."""
        return next((metric for metric in self.metrics if metric.name == name), None)


@dataclass(frozen=True)
class ChangedRow:
    """A row on which estimator and ONNX disagree in the label, and why if that is known.

    `row` is the position in its set (`holdout`, `missing` or `fuzz`); `expected` and `found` are the
    estimator's and the graph's score of the label that the estimator chose.
    """

    source: str
    row: int
    expected: float
    found: float
    is_tie: bool
    reason: str


@dataclass(frozen=True)
class ParityPart:
    """Estimator against ONNX on one set of rows.

    `largest_difference` is over all scores: probabilities, or predictions relative to their size or, where that is larger,
    to their spread over the held-out rows. `ties` counts rows whose two best scores are equal to within float32.
    """

    source: str
    n_rows: int
    largest_difference: float
    share_over_tolerance: float
    changed_labels: int
    ties: int


@dataclass(frozen=True)
class Parity:
    """Whether the bytes that will be served answer like the estimator that was trained.

    Of `n_thresholds` distinct tree thresholds (0 without trees), `n_thresholds_tried` were tried at, below and above.
    """

    FORMAT: ClassVar[str] = "modelratchet/parity"
    VERSION: ClassVar[int] = 1

    bundle_digest: str
    tolerance: float
    n_thresholds: int
    n_thresholds_tried: int
    parts: tuple[ParityPart, ...]
    changed: tuple[ChangedRow, ...]

    @property
    def changed_labels(self) -> int:
        """Rows with another label, over all sets."""
        return sum(part.changed_labels for part in self.parts)

    @property
    def largest_difference(self) -> float:
        """The largest difference of any score, over all sets."""
        return max((part.largest_difference for part in self.parts), default=0.0)


@dataclass(frozen=True)
class Evidence:
    """All that the gate looks at. A part that is None was not supplied."""

    FORMAT: ClassVar[str] = "modelratchet/evidence"
    VERSION: ClassVar[int] = 2

    bundle_digest: str
    data_check: DataCheck | None
    evaluation: Evaluation | None
    parity: Parity | None
    comparison: Comparison | None
    latency: LatencyReport | None
    model_tests: ModelTests | None

    @property
    def digest(self) -> str:
        """Names this evidence."""
        return digest_value(to_document(self))
