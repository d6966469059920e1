"""Absolute limits of time, size, memory and start. Called by `core.rules.latency`; one that the policy does not set is not held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modelratchet.core.latency import LatencyReport, Route, Timing
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome

_UNSTEADY = 0.1


@dataclass(frozen=True)
class _Budget:
    """`doubt` is a reason why a value above the limit may be the machine's fault; empty where there is none."""

    subject: str
    unit: str
    found: float | None
    limit: float | None
    doubt: str = ""


def check_budgets(report: LatencyReport, policy: Policy) -> Iterator[Finding]:
    """Hold what was measured against what may be used; what was not measured is inconclusive."""
    timing, footprint = report.timing(Route.IN_PROCESS), report.footprint
    times, memory, start = timing.candidate if timing else None, footprint.memory_bytes, footprint.start_ms
    for budget in (
        _Budget("p50", "ms", times.p50_ms if times else None, policy.maximum_p50_ms, _doubt(timing, 0.5)),
        _Budget("p95", "ms", times.p95_ms if times else None, policy.maximum_p95_ms, _doubt(timing, 0.95)),
        _Budget("bundle", "MB", footprint.bundle_bytes / 1e6, policy.maximum_bundle_mb),
        _Budget("memory", "MB", None if memory is None else memory / 1e6, policy.maximum_memory_mb),
        _Budget("start", "s", None if start is None else start / 1e3, policy.maximum_start_s),
    ):
        if budget.limit is not None:
            yield _held(budget, budget.limit)


def _held(budget: _Budget, limit: float) -> Finding:
    if budget.found is None:
        return missing("budget", f"measurement of {budget.subject}", budget.subject)
    message = f"{budget.subject} {budget.found:.3g} {budget.unit}, budget {limit:g} {budget.unit}"
    numbers = {"value": budget.found, "limit": limit}
    if budget.found <= limit:
        return Finding("budget", budget.subject, Outcome.PASSED, message, numbers)
    outcome = Outcome.INCONCLUSIVE if budget.doubt else Outcome.FAILED
    return Finding("budget", budget.subject, outcome, message + budget.doubt, numbers)


def _doubt(timing: Timing | None, quantile: float) -> str:
    """A busy machine only ever adds to a time: what is within a budget on it is within, what is above may be on a quiet one."""
    control = timing.control_ratio(quantile) if timing else None
    if timing is None or control is None:
        return ""
    if control.is_within(timing.tolerance) and timing.noise <= _UNSTEADY:
        return ""
    return f"; the machine was not steady (its speed changed by {timing.noise:.0%}): measure on a quieter one"
