"""How long calls take, how large the bundle is, what it costs to start: measured by the `measure_latency` stage.

Times are milliseconds, sizes bytes. Ratios are the candidate's quantile over the champion's, both called in turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.formats import added

MEDIAN = 0.5
QUANTILES = (MEDIAN, 0.95)
"""Of the times of one model's calls; a 99th percentile would need some 20,000 calls."""


class Route(StrEnum):
    """What a call went through, and which time was taken.

    Processor time is of the same calls: what they cost, not how long they waited for a core. A busy machine changes it far less.
    """

    IN_PROCESS = "in process"
    SERVER = "server"
    IN_PROCESS_CPU = "in process, processor time"
    SERVER_CPU = "server, processor time"

    @property
    def of_processor(self) -> Route:
        """The same route in processor time."""
        return {Route.IN_PROCESS: Route.IN_PROCESS_CPU, Route.SERVER: Route.SERVER_CPU}.get(self, self)


@dataclass(frozen=True)
class Ratio:
    """A ratio of two time quantiles (`quantile` 0.5 is the median) with its two-sided block-bootstrap interval."""

    quantile: float
    value: float
    low: float
    high: float

    def is_within(self, tolerance: float) -> bool:
        """Whether the whole interval lies closer to 1 than the tolerance, either way."""
        return 1.0 / tolerance < self.low and self.high < tolerance


@dataclass(frozen=True)
class Times:
    """Quantiles of one model's calls."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Timing:
    """Candidate, champion and a control called in turns through one route.

    `tolerance` is a ratio above 1 that has to be told from no difference. `ratios` are candidate over champion (empty without a champion). `control` is a second copy of the champion (of the candidate where there is
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

    def ratio(self, quantile: float) -> Ratio | None:
        """The candidate's ratio at that quantile, if it was taken."""
        return _at(self.ratios, quantile)

    def control_ratio(self, quantile: float) -> Ratio | None:
        """The control's ratio at that quantile, if it was taken."""
        return _at(self.control, quantile)


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
    """All that was timed about one candidate.

    `server_error` says why there is no timing through a server although one was asked for; it is empty where there is one, and where none
    was asked for. `incomparable` says why there are no ratios although there is a champion: today's rows do not fit it, say. `runtime_digest` names what the graph ran on: another runtime is timed again.
    """

    FORMAT: ClassVar[str] = "modelratchet/latency"
    VERSION: ClassVar[int] = 2

    bundle_digest: str
    champion_digest: str | None
    timings: tuple[Timing, ...]
    footprint: Footprint
    champion_footprint: Footprint | None
    server_error: str = ""
    incomparable: str = ""
    model_digest: str | None = added(2)
    runtime_digest: str | None = added(2)

    def timing(self, route: Route) -> Timing | None:
        """The timing through that route, if it was taken."""
        return next((item for item in self.timings if item.route is route), None)


def _at(ratios: tuple[Ratio, ...], quantile: float) -> Ratio | None:
    return next((item for item in ratios if item.quantile == quantile), None)
