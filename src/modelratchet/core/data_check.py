"""What the expectations on the ingested rows said. Written by the `check_data` stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


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
