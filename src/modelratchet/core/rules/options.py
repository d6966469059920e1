"""Rules that are held only where the policy sets their limit: calibration, churn, parity between groups.

A limit that a person sets has to be shown to hold, as a floor has; only a gap between groups is searched for among many pairs, so finding one too
large takes Bonferroni's share of the level while passing takes every pair at the full one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from modelratchet.core.evaluation import Evaluation, GroupRate
from modelratchet.core.evidence import Evidence
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import Measured, missing, within
from modelratchet.core.statistics import wilson_interval
from modelratchet.core.verdict import Finding, Outcome


def check_calibration(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold the expected calibration error's interval against its limit."""
    if policy.maximum_calibration_error is None:
        return
    found = evidence.evaluation.calibration if evidence.evaluation else None
    if found is None:
        yield missing("calibration", "calibration error")
        return
    measured = Measured("calibration error", found.error, found.low, found.high, policy.maximum_calibration_error)
    yield within("calibration", "error", measured)


def check_churn(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold the share of rows that champion and candidate answer differently against its limit; say which way they went."""
    comparison = evidence.comparison
    if comparison is None or not comparison.standing.champion.exists or policy.maximum_churn is None:
        return
    churn = comparison.champion.churn if comparison.champion else None
    if churn is None or churn.n_rows == 0:
        yield missing("churn", "count of changed answers", "answers")
        return
    confidence = evidence.evaluation.confidence if evidence.evaluation else 0.95
    low, high = wilson_interval(churn.mended + churn.broken + churn.moved, churn.n_rows, confidence)
    found = within(
        "churn", "answers", Measured("share of changed answers", churn.share, low, high, policy.maximum_churn)
    )
    ways = {"mended": churn.mended, "broken": churn.broken, "moved": churn.moved}
    message = f"{found.message} ({', '.join(f'{count:,} {way}' for way, count in ways.items())})"
    yield Finding(found.rule, found.subject, found.outcome, message, found.numbers | ways)


def check_group_gap(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold the largest difference between groups' rates against its limit, for each column of groups."""
    if policy.maximum_group_gap is None:
        return
    evaluation = evidence.evaluation
    if evaluation is None or not evaluation.groups:
        yield missing("groups", "rate of any group")
        return
    for column in dict.fromkeys(group.column for group in evaluation.groups):
        large = [
            item for item in evaluation.groups if item.column == column and item.n_rows >= policy.minimum_slice_rows
        ]
        if len(large) < 2:
            message = f"fewer than two groups of {column} have {policy.minimum_slice_rows:,} rows: too small to say"
            yield Finding("groups", column, Outcome.INCONCLUSIVE, message, {"groups": float(len(large))})
        else:
            yield _gap(column, large, evaluation, policy.maximum_group_gap)


def _gap(column: str, groups: Sequence[GroupRate], evaluation: Evaluation, limit: float) -> Finding:
    pairs = [tuple(sorted(pair, key=_rate)) for pair in combinations(groups, 2)]
    error = 1.0 - evaluation.confidence
    high = max(_difference(pair[1], pair[0], 1.0 - error)[1] for pair in pairs)
    low = max(_difference(pair[1], pair[0], 1.0 - error / len(pairs))[0] for pair in pairs)
    least, most = min(groups, key=_rate), max(groups, key=_rate)
    name = f"gap between {least.category} ({_rate(least):.3f}) and {most.category} ({_rate(most):.3f})"
    return within("groups", column, Measured(name, _rate(most) - _rate(least), low, high, limit))


def _rate(group: GroupRate) -> float:
    return group.count / group.n_rows


def _difference(most: GroupRate, least: GroupRate, confidence: float) -> tuple[float, float]:
    """Interval of the difference of two rates.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    low_most, high_most = wilson_interval(most.count, most.n_rows, confidence)
    low_least, high_least = wilson_interval(least.count, least.n_rows, confidence)
    p_most, p_least = _rate(most), _rate(least)
    below = math.hypot(p_most - low_most, high_least - p_least)
    above = math.hypot(high_most - p_most, p_least - low_least)
    return p_most - p_least - below, p_most - p_least + above
