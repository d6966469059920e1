"""What the page shows of a comparison: intervals at the level that the test has, slices in order, power and budget. Called by `building`.

The gate's own rules make the findings; here the same functions of `core.paired`, `core.power` and `core.spending` make what is drawn beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from modelratchet.core import paired, spending
from modelratchet.core import power as planning
from modelratchet.core.comparison import Comparison, Contest, Difference, SliceDifference
from modelratchet.core.page.model import Budget, Gain, Power, Role, SliceGain, Slices
from modelratchet.core.policy import Policy
from modelratchet.core.rules.anchor import contest_with_anchor
from modelratchet.core.verdict import Finding, Outcome


@dataclass(frozen=True)
class _Tested:
    """How a difference is judged: as what, against whom, at which level, within which margin."""

    role: Role
    against: str
    level: float
    margin: float | None


def gains(comparison: Comparison | None, policy: Policy, findings: tuple[Finding, ...]) -> tuple[Gain, ...]:
    """Every difference: the primary metric, the guards, the anchor, then what decides nothing."""
    if comparison is None:
        return ()
    standing, found = comparison.standing, []
    if comparison.champion:
        level = spending.level(policy.alpha, standing.holdout_look)
        against = f"champion {comparison.champion.reference.version}"
        for difference in comparison.champion.differences:
            role, margin = _role(difference.metric, policy)
            outcome = _outcome(findings, role.value, difference.metric)
            found.append(_gain(difference, _Tested(role, against, level, margin), outcome))
    anchored = contest_with_anchor(comparison)
    held = anchored.difference(policy.primary) if anchored else None
    if anchored and held:
        level = spending.level(policy.alpha, standing.anchor_look)
        tested = _Tested(Role.ANCHOR, f"anchor {anchored.reference.version}", level, policy.anchor_margin)
        found.append(_gain(held, tested, _outcome(findings, "anchor", policy.primary)))
    order = list(Role)
    return tuple(sorted(found, key=lambda item: order.index(item.role)))


def slices(contest: Contest | None, policy: Policy, findings: tuple[Finding, ...]) -> Slices | None:
    """All slices of the contest with the champion, the largest loss among the judged ones first."""
    if contest is None:
        return None
    confidence = 1.0 - 2.0 * policy.slice_alpha
    items = [_slice(item, policy, confidence, findings) for item in contest.slices]
    items.sort(key=lambda item: (not item.is_judged, math.inf if item.gain is None else item.gain))
    return Slices(policy.primary, policy.slice_margin, policy.minimum_slice_rows, confidence, tuple(items))


def power(comparison: Comparison | None, policy: Policy) -> Power | None:
    """What the holdout can tell about the primary metric at this candidate's level."""
    difference = comparison.champion.difference(policy.primary) if comparison and comparison.champion else None
    if comparison is None or difference is None:
        return None
    level = spending.level(policy.alpha, comparison.standing.holdout_look)
    reach = planning.reach(difference, planning.Target(policy.margin, level, policy.power))
    return Power(
        policy.primary,
        reach.smallest_loss,
        policy.power,
        policy.margin,
        reach.n_rows,
        reach.rows_needed,
        reach.rows_missing,
    )


def budget(comparison: Comparison | None, policy: Policy) -> Budget | None:
    """How the error budgets of holdout and anchor stand after this candidate; None without a champion, for nothing is tested then."""
    if comparison is None or comparison.champion is None:
        return None
    look, anchor_look = comparison.standing.holdout_look, comparison.standing.anchor_look
    level, anchor_level = (spending.level(policy.alpha, number) for number in (look, anchor_look))
    return Budget(look, level, spending.share_left(look), anchor_look, anchor_level, policy.alpha)


def _role(metric: str, policy: Policy) -> tuple[Role, float | None]:
    if metric == policy.primary:
        return Role.PRIMARY, policy.margin
    if metric in policy.guards:
        return Role.GUARD, policy.guards[metric]
    return Role.SHOWN, None


def _gain(difference: Difference, tested: _Tested, outcome: Outcome | None) -> Gain:
    confidence = 1.0 - 2.0 * tested.level
    bounds = paired.interval(difference, confidence)
    return Gain(
        role=tested.role,
        metric=difference.metric,
        direction=difference.direction,
        method=difference.method,
        against=tested.against,
        candidate=difference.candidate,
        reference=difference.reference,
        gain=difference.gain,
        low=bounds.low,
        high=bounds.high,
        confidence=confidence,
        margin=tested.margin,
        n_rows=difference.n_rows,
        outcome=outcome,
    )


def _slice(item: SliceDifference, policy: Policy, confidence: float, findings: tuple[Finding, ...]) -> SliceGain:
    difference = item.difference
    is_judged = difference is not None and item.n_rows >= policy.minimum_slice_rows
    outcome = _outcome(findings, "slices", f"{item.column}={item.category}")
    if difference is None:
        return SliceGain(item.column, item.category, item.n_rows, None, None, None, None, is_judged, outcome)
    bounds = paired.interval(difference, confidence)
    return SliceGain(
        item.column, item.category, item.n_rows, difference.candidate, difference.gain, bounds.low, bounds.high, is_judged, outcome
    )  # fmt: skip


def _outcome(findings: tuple[Finding, ...], rule: str, subject: str) -> Outcome | None:
    return next((item.outcome for item in findings if (item.rule, item.subject) == (rule, subject)), None)
