"""Speed and size: no slower than the champion beyond doubt, on a machine that can tell, and within the budgets.

Each quantile of each route is judged for itself. Where a second copy of the champion differs from the first by as much as the limit, waiting
times tell nothing; then the processor time of the same calls is asked, which a busy machine changes far less, and only where that does not hold
either is it inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modelratchet.core.evidence import Evidence
from modelratchet.core.latency import QUANTILES, LatencyReport, Ratio, Route, Timing
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.rules.budgets import check_budgets
from modelratchet.core.time_ratios import MINIMUM_TURNS
from modelratchet.core.verdict import Finding, Outcome


def check_latency(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold the ratios to the champion and the budgets against their limits."""
    report = evidence.latency
    if report is None:
        yield missing("latency", "latency measurement")
        return
    yield from check_budgets(report, policy)
    yield from _untimed(report)
    champion = evidence.comparison.standing.champion if evidence.comparison else None
    if champion is None or not champion.exists:
        return
    if report.champion_digest != champion.bundle_digest:
        message = "the candidate was not timed against the champion that reigns: run `ratchet run` again"
        yield Finding("latency", "champion", Outcome.INCONCLUSIVE, message, {})
    elif report.incomparable:
        message = f"the champion could not be timed: {report.incomparable}"
        yield Finding("latency", "champion", Outcome.INCONCLUSIVE, message, {})
    else:
        yield from against_champion(report, policy.maximum_latency_ratio)


def _untimed(report: LatencyReport) -> Iterator[Finding]:
    if report.timing(Route.IN_PROCESS) is None:
        yield missing("latency", "timing in process")
    if report.timing(Route.SERVER) is not None:
        return
    if report.server_error:
        message = f"requests could not be timed: {report.server_error}"
        yield Finding("latency", "server", Outcome.INCONCLUSIVE, message, {})
    else:
        message = "nothing was timed through the server: latency.server is false"
        yield Finding("latency", "server", Outcome.WARNING, message, {})


def against_champion(report: LatencyReport, limit: float) -> Iterator[Finding]:
    """One finding for each quantile of each route that was timed against the champion. `benchmarks.gate.latency` counts how often it errs."""
    for route in (Route.IN_PROCESS, Route.SERVER):
        timing = report.timing(route)
        if timing is None:
            continue
        for quantile in QUANTILES:
            measured = _measured(timing, quantile)
            if measured is None:
                yield missing("latency", f"{_name(timing, quantile)} ratio to the champion", _name(timing, quantile))
            else:
                yield _judged(measured, _measured(report.timing(route.of_processor), quantile), limit)


@dataclass(frozen=True)
class _Measured:
    """One quantile of one timing: the candidate's ratio, and the control's."""

    timing: Timing
    ratio: Ratio
    control: Ratio

    @property
    def doubt(self) -> float:
        """The largest ratio, either way, that this machine may call a difference when there is none."""
        return max(self.control.high, 1.0 / self.control.low)

    def holds(self, limit: float) -> bool:
        """Whether a ratio as large as the limit can be told from none."""
        return self.timing.n_calls >= MINIMUM_TURNS and self.control.is_within(limit)


def _measured(timing: Timing | None, quantile: float) -> _Measured | None:
    if timing is None:
        return None
    ratio, control = timing.ratio(quantile), timing.control_ratio(quantile)
    return _Measured(timing, ratio, control) if ratio and control else None


def _judged(waited: _Measured, used: _Measured | None, limit: float) -> Finding:
    """One finding: from the time waited if that can tell, else from the processor time used."""
    name = _name(waited.timing, waited.ratio.quantile)
    if waited.holds(limit):
        return _finding(name, waited, limit)
    doubt = f"a second copy of the champion differed by up to {waited.doubt - 1.0:.1%}"
    if waited.timing.n_calls >= MINIMUM_TURNS and waited.ratio.low > limit * waited.doubt:
        return _finding(name, waited, limit, f"; more than this machine's noise, for {doubt}")
    if used is not None and used.holds(limit):
        return _finding(name, used, limit, f"; the time waited is too noisy, {doubt}")
    message = (
        f"{name}: too noisy to tell {limit - 1.0:.1%}: after {waited.timing.n_calls:,} calls and {waited.timing.seconds:.0f} s {doubt}; "
        "measure on a quieter machine, or longer (latency.seconds)"
    )
    return Finding("latency", name, Outcome.INCONCLUSIVE, message, _numbers(waited, limit))


def _finding(subject: str, measured: _Measured, limit: float, remark: str = "") -> Finding:
    ratio = measured.ratio
    span = f"interval {ratio.low:.3f} to {ratio.high:.3f}, limit {limit:g}, noise {measured.timing.noise:.1%}"
    outcome = Outcome.FAILED if ratio.low > limit else Outcome.PASSED
    message = f"{_name(measured.timing, ratio.quantile)} {ratio.value:.3f} times the champion's, {span}{remark}"
    return Finding("latency", subject, outcome, message, _numbers(measured, limit))


def _numbers(measured: _Measured, limit: float) -> dict[str, float]:
    ratio, control = measured.ratio, measured.control
    return {
        "ratio": ratio.value,
        "low": ratio.low,
        "high": ratio.high,
        "limit": limit,
        "control_low": control.low,
        "control_high": control.high,
        "noise": measured.timing.noise,
    }


def _name(timing: Timing, quantile: float) -> str:
    return f"{timing.route} p{100.0 * quantile:g}"
