"""Floors: what a metric has to reach whoever reigns."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.evaluation import MetricValue
from modelratchet.core.evidence import Evidence
from modelratchet.core.metrics import Direction
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome


def check_floors(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold each floor metric's interval against its floor; where nobody reigns there has to be one."""
    for name, floor in policy.floors.items():
        metric = evidence.evaluation.metric(name) if evidence.evaluation else None
        yield _against_floor(metric, floor) if metric else missing("floor", name)
    comparison = evidence.comparison
    if not policy.floors and (comparison is None or not comparison.standing.champion.exists):
        message = "no champion to compare with and no floor to hold: set gate.floors"
        yield Finding("floor", "none", Outcome.INCONCLUSIVE, message, {})


def _against_floor(metric: MetricValue, floor: float) -> Finding:
    is_higher_better = metric.direction is Direction.HIGHER
    worst, best = (metric.low, metric.high) if is_higher_better else (metric.high, metric.low)
    gain = metric.direction.gain
    span = f"{metric.name} {metric.value:.4f}, interval {metric.low:.4f} to {metric.high:.4f}, floor {floor:g}"
    numbers = {"value": metric.value, "low": metric.low, "high": metric.high, "floor": floor}
    if gain(worst, floor) >= 0:
        return Finding("floor", metric.name, Outcome.PASSED, f"on the right side of its floor: {span}", numbers)
    if gain(best, floor) < 0:
        return Finding("floor", metric.name, Outcome.FAILED, f"on the wrong side of its floor: {span}", numbers)
    return Finding("floor", metric.name, Outcome.INCONCLUSIVE, f"the interval holds the floor: {span}", numbers)
