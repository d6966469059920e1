"""The gate's rules: each looks at the evidence and the policy and returns its findings.

    check_data      every critical expectation held; warnings are passed on
    check_parity    the ONNX graph answers like the estimator
    check_floors    each floor metric's interval lies on the right side of its floor
    check_primary   not worse than the champion by more than the margin: the paired interval of the gain
                    lies above -margin (non-inferiority; the interval inclusion of ICH E9, section 3.3.2)
    check_slices    no slice is worse by more than its margin beyond doubt
    check_latency   the interleaved ratio of medians is not above its limit beyond doubt

Missing evidence is inconclusive, never passed. An interval that lies on both sides of a limit is inconclusive
where the candidate has to prove something (floors, primary), and passes where harm has to be shown (slices, latency).
Without a champion the last three do not apply, and the floors decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.evidence import Comparison, Evidence, MetricValue, Severity, SliceDifference
from modelratchet.core.metrics import Direction
from modelratchet.core.policy import Policy
from modelratchet.core.verdict import Finding, Outcome


def check_data(evidence: Evidence, _policy: Policy) -> Iterator[Finding]:
    """Judge the data check."""
    check = evidence.data_check
    if check is None:
        yield _missing("data", "data check")
        return
    numbers = {"expectations": float(check.n_expectations), "failed": float(len(check.failed))}
    if not check.has_critical:
        yield Finding(
            "data",
            "rows",
            Outcome.PASSED,
            f"{check.n_expectations} expectations on {check.n_rows:,} rows, none critical failed",
            numbers,
        )
    for failure in check.failed:
        outcome = Outcome.FAILED if failure.severity is Severity.CRITICAL else Outcome.WARNING
        yield Finding(
            "data",
            failure.column or "table",
            outcome,
            failure.message,
            {"count": float(failure.count), "share": failure.share},
        )


def check_parity(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Judge whether the served bytes answer like the trained estimator."""
    parity = evidence.parity
    if parity is None:
        yield _missing("parity", "parity check")
        return
    share = max((part.share_over_tolerance for part in parity.parts), default=0.0)
    n_rows = sum(part.n_rows for part in parity.parts)
    numbers = {
        "changed_labels": float(parity.changed_labels),
        "maximum_changed_labels": float(policy.maximum_changed_labels),
        "share_over_tolerance": share,
        "maximum_share": policy.maximum_parity_share,
        "largest_difference": parity.largest_difference,
    }
    is_exact = parity.changed_labels <= policy.maximum_changed_labels and share <= policy.maximum_parity_share
    message = (
        f"{parity.changed_labels} changed labels on {n_rows:,} rows, largest difference {parity.largest_difference:.1e}"
    )
    if n_rows == 0:
        yield Finding("parity", "onnx", Outcome.INCONCLUSIVE, "estimator and ONNX were compared on no rows", numbers)
    else:
        yield Finding("parity", "onnx", Outcome.PASSED if is_exact else Outcome.FAILED, message, numbers)


def check_floors(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold each floor metric's interval against its floor."""
    for name, floor in policy.floors.items():
        metric = evidence.evaluation.metric(name) if evidence.evaluation else None
        yield _against_floor(metric, floor) if metric else _missing("floor", name)
    if not policy.floors and not _has_champion(evidence.comparison):
        yield Finding(
            "floor",
            "none",
            Outcome.INCONCLUSIVE,
            "no champion to compare with and no floor to hold: set gate.floors",
            {},
        )


def check_primary(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Ask for proof that the primary metric is not worse than the champion's by more than the margin."""
    comparison = evidence.comparison
    if comparison is None:
        yield _missing("primary", "comparison with the champion")
        return
    if not comparison.champion.exists:
        return
    difference = comparison.difference(policy.primary)
    if difference is None:
        reason = comparison.incomparable or f"{policy.primary} was not compared"
        yield Finding("primary", policy.primary, Outcome.INCONCLUSIVE, f"no comparison with the champion: {reason}", {})
        return
    numbers = {
        "candidate": difference.candidate,
        "champion": difference.champion,
        "gain": difference.gain,
        "low": difference.low,
        "high": difference.high,
        "margin": policy.margin,
    }
    span = f"gain {difference.gain:+.4f}, {_percent(comparison.confidence)} interval {difference.low:+.4f} to {difference.high:+.4f}, margin {policy.margin:g}"
    if difference.low > -policy.margin:
        outcome, message = Outcome.PASSED, f"not worse than the champion: {span}"
    elif difference.high < -policy.margin:
        outcome, message = Outcome.FAILED, f"worse than the champion beyond the margin: {span}"
    else:
        outcome, message = (
            Outcome.INCONCLUSIVE,
            f"{comparison.n_rows:,} held-out rows cannot tell whether it is worse: {span}",
        )
    yield Finding("primary", policy.primary, outcome, message, numbers)


def check_slices(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Look for a slice that is worse beyond doubt; small slices are said, not judged."""
    comparison = evidence.comparison
    if comparison is None or not comparison.champion.exists or not comparison.slices:
        return
    judged = [item for item in comparison.slices if item.difference and item.n_rows >= policy.minimum_slice_rows]
    harmed = [item for item in judged if item.difference and item.difference.high < -policy.slice_margin]
    for item in harmed:
        yield _slice_finding(item, policy)
    if not harmed:
        small = len(comparison.slices) - len(judged)
        numbers = {"slices": float(len(judged)), "too_small": float(small), "slice_margin": policy.slice_margin}
        message = f"none of {len(judged)} slices is worse by more than {policy.slice_margin:g} beyond doubt"
        yield Finding(
            "slices",
            policy.primary,
            Outcome.PASSED,
            message + (f"; {small} are too small to say" if small else ""),
            numbers,
        )


def check_latency(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold the interleaved ratio of medians, and the budget, against their limits."""
    if evidence.comparison is None:
        yield _missing("latency", "latency measurement")
        return
    latency = evidence.comparison.latency
    if policy.maximum_latency_ms is not None:
        is_within = latency.candidate_p50_ms <= policy.maximum_latency_ms
        message = f"median {latency.candidate_p50_ms:.3f} ms, budget {policy.maximum_latency_ms:g} ms"
        numbers = {"p50_ms": latency.candidate_p50_ms, "budget_ms": policy.maximum_latency_ms}
        yield Finding("latency", "budget", Outcome.PASSED if is_within else Outcome.FAILED, message, numbers)
    if not evidence.comparison.champion.exists:
        return
    if latency.ratio is None or latency.ratio_low is None or latency.ratio_high is None:
        yield _missing("latency", "latency ratio to the champion")
        return
    is_slower = latency.ratio_low > policy.maximum_latency_ratio
    message = f"median time {latency.ratio:.3f} times the champion's, interval {latency.ratio_low:.3f} to {latency.ratio_high:.3f}, limit {policy.maximum_latency_ratio:g}"
    numbers = {
        "ratio": latency.ratio,
        "low": latency.ratio_low,
        "high": latency.ratio_high,
        "limit": policy.maximum_latency_ratio,
    }
    yield Finding("latency", "p50", Outcome.FAILED if is_slower else Outcome.PASSED, message, numbers)


RULES = (check_data, check_parity, check_floors, check_primary, check_slices, check_latency)


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


def _slice_finding(item: SliceDifference, policy: Policy) -> Finding:
    difference = item.difference
    assert difference is not None
    message = f"{item.column} {item.category} ({item.n_rows:,} rows) is worse: gain {difference.gain:+.4f}, interval {difference.low:+.4f} to {difference.high:+.4f}, margin {policy.slice_margin:g}"
    numbers = {
        "n_rows": float(item.n_rows),
        "gain": difference.gain,
        "low": difference.low,
        "high": difference.high,
        "slice_margin": policy.slice_margin,
    }
    return Finding("slices", f"{item.column}={item.category}", Outcome.FAILED, message, numbers)


def _missing(rule: str, what: str) -> Finding:
    return Finding(rule, what, Outcome.INCONCLUSIVE, f"no {what} was supplied", {})


def _has_champion(comparison: Comparison | None) -> bool:
    return comparison is not None and comparison.champion.exists


def _percent(confidence: float) -> str:
    return f"{confidence * 100:g} %"
