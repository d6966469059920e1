"""How long calls take, how large the bundle is, what it costs to start: measured by the `measure_latency` stage.

Times are milliseconds, sizes bytes. Ratios are the candidate's quantile over the champion's, both called in turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Route(StrEnum):
    """What a call went through."""

    IN_PROCESS = "in process"
    SERVER = "server"


@dataclass(frozen=True)
class Ratio:
    """A ratio of two time quantiles (`quantile` 0.5 is the median) with its two-sided block-bootstrap interval."""

    quantile: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Times:
    """Quantiles of one model's calls."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Timing:
    """Candidate, champion and a control called in turns through one route.

    `ratios` are candidate over champion (empty without a champion). `control` is a second copy of the champion (of the candidate where there is
    none) over the first: it shows what this machine calls a difference when there is none. `noise` is the spread of the
    block medians of the first copy, as a share of their median. `holds` tells whether every control interval lay within the
    tolerance before time ran out.
    """

    route: Route
    rows_per_call: int
    n_calls: int
    seconds: float
    confidence: float
    tolerance: float
    candidate: Times
    champion: Times | None
    ratios: tuple[Ratio, ...]
    control: tuple[Ratio, ...]
    noise: float
    holds: bool


@dataclass(frozen=True)
class Footprint:
    """What a bundle takes: its files, a server's memory with it loaded, and the time from start to the first answer.

    Memory and start are None where no server was started.
    """

    bundle_bytes: int
    memory_bytes: int | None
    start_ms: float | None


@dataclass(frozen=True)
class LatencyReport:
    """All that was timed about one candidate."""

    FORMAT: ClassVar[str] = "modelratchet/latency"
    VERSION: ClassVar[int] = 1

    bundle_digest: str
    champion_digest: str | None
    timings: tuple[Timing, ...]
    footprint: Footprint
    champion_footprint: Footprint | None

    def timing(self, route: Route) -> Timing | None:
        """The timing through that route, if it was taken."""
        return next((item for item in self.timings if item.route is route), None)
