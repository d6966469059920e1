"""Whether the graph that is served answers like the estimator that was trained. Written by the `check_parity` stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modelratchet.core.formats import added


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

    Of `n_thresholds` distinct tree thresholds (0 without trees), `n_thresholds_tried` were tried at, below and above. `runtime_digest` names what the graph ran on.
    """

    FORMAT: ClassVar[str] = "modelratchet/parity"
    VERSION: ClassVar[int] = 2

    bundle_digest: str
    tolerance: float
    n_thresholds: int
    n_thresholds_tried: int
    parts: tuple[ParityPart, ...]
    changed: tuple[ChangedRow, ...]
    model_digest: str | None = added(2)
    runtime_digest: str | None = added(2)

    @property
    def changed_labels(self) -> int:
        """Rows with another label, over all sets."""
        return sum(part.changed_labels for part in self.parts)

    @property
    def largest_difference(self) -> float:
        """The largest difference of any score, over all sets."""
        return max((part.largest_difference for part in self.parts), default=0.0)
