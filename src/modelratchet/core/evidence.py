"""What the gate reads: one frozen record per stage that found something out.

Shares are 0 to 1, times are milliseconds, intervals are two-sided at the confidence they name. The
records hold no verdict: what counts as good is the policy's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modelratchet.core.comparison import Comparison
from modelratchet.core.data_check import DataCheck
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.formats import added, digest_of
from modelratchet.core.latency import LatencyReport
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.parity import Parity


@dataclass(frozen=True)
class Evidence:
    """All that the gate looks at. A part that is None was not supplied."""

    FORMAT: ClassVar[str] = "modelratchet/evidence"
    VERSION: ClassVar[int] = 3
    OLDEST: ClassVar[int] = 2

    bundle_digest: str
    data_check: DataCheck | None
    evaluation: Evaluation | None
    parity: Parity | None
    comparison: Comparison | None
    latency: LatencyReport | None
    model_tests: ModelTests | None
    model_digest: str | None = added(3)

    @property
    def digest(self) -> str:
        """Names this evidence."""
        return digest_of(self)
