"""Speed and size: no slower than the champion beyond doubt, on a machine that holds still, and within the budgets."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.evidence import Evidence
from modelratchet.core.latency import LatencyReport, Ratio, Route, Timing
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome


def check_latency(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold the ratios to the champion and the budgets against their limits."""
    report = evidence.latency
    if report is None:
        yield missing("latency", "latency measurement")
        return
    yield from _budgets(report, policy)
    champion = evidence.comparison.standing.champion if evidence.comparison else None
    if champion is None or not champion.exists:
        return
    if report.champion_digest != champion.bundle_digest:
        message = "the candidate was not timed against the champion that reigns: run `ratchet run` again"
        yield Finding("latency", "champion", Outcome.INCONCLUSIVE, message, {})
        return
    if report.timing(Route.IN_PROCESS) is None:
        yield missing("latency", "timing in process")
    for timing in report.timings:
        yield from _against_champion(timing, policy.maximum_latency_ratio)


def _against_champion(timing: Timing, limit: float) -> Iterator[Finding]:
    if not timing.holds:
        numbers = {"noise": timing.noise, "seconds": timing.seconds, "tolerance": timing.tolerance}
        message = f"{timing.route}: after {timing.seconds:.0f} s the champion against itself still differed by more than {timing.tolerance:.1%}: the machine is too noisy to tell"
        yield Finding("latency", f"{timing.route} control", Outcome.INCONCLUSIVE, message, numbers)
    elif not timing.ratios:
        yield missing("latency", "ratio to the champion", str(timing.route))
    else:
        for ratio in timing.ratios:
            yield _ratio(timing, ratio, limit)


def _ratio(timing: Timing, ratio: Ratio, limit: float) -> Finding:
    name = f"{timing.route} p{100.0 * ratio.quantile:g}"
    message = (
        f"{name} {ratio.value:.3f} times the champion's, interval {ratio.low:.3f} to {ratio.high:.3f}, limit {limit:g}"
    )
    numbers = {"ratio": ratio.value, "low": ratio.low, "high": ratio.high, "limit": limit, "noise": timing.noise}
    return Finding("latency", name, Outcome.FAILED if ratio.low > limit else Outcome.PASSED, message, numbers)


def _budgets(report: LatencyReport, policy: Policy) -> Iterator[Finding]:
    timing, footprint = report.timing(Route.IN_PROCESS), report.footprint
    times = timing.candidate if timing else None
    memory, start = footprint.memory_bytes, footprint.start_ms
    for subject, unit, found, limit in (
        ("p50", "ms", times.p50_ms if times else None, policy.maximum_p50_ms),
        ("p95", "ms", times.p95_ms if times else None, policy.maximum_p95_ms),
        ("bundle", "MB", footprint.bundle_bytes / 1e6, policy.maximum_bundle_mb),
        ("memory", "MB", None if memory is None else memory / 1e6, policy.maximum_memory_mb),
        ("start", "s", None if start is None else start / 1e3, policy.maximum_start_s),
    ):
        if limit is None:
            continue
        if found is None:
            yield missing("budget", f"measurement of {subject}", subject)
            continue
        outcome = Outcome.PASSED if found <= limit else Outcome.FAILED
        message = f"{subject} {found:.3g} {unit}, budget {limit:g} {unit}"
        yield Finding("budget", subject, outcome, message, {"value": found, "limit": limit})
