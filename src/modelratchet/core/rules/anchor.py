"""Candidate against anchor, so that losses too small to be seen one by one cannot add up.

The anchor is the champion last shown better than the anchor before it, or one that a person named. It is held also where it is the champion:
a fresh holdout starts the champion's budget anew, the anchor's goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.comparison import Comparison, Contest
from modelratchet.core.evidence import Evidence
from modelratchet.core.policy import Claim, Policy
from modelratchet.core.power import Target
from modelratchet.core.rules.answers import missing
from modelratchet.core.rules.contests import Question, is_shown_superior, judge
from modelratchet.core.spending import level
from modelratchet.core.verdict import Finding


def check_anchor(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Ask for proof that the primary metric is not worse than the anchor's by more than the anchor's margin."""
    comparison = evidence.comparison
    if comparison is None or not comparison.standing.anchor.exists:
        return
    contest = contest_with_anchor(comparison)
    if contest is None:
        yield missing("anchor", "comparison with the anchor")
        return
    target = Target(policy.anchor_margin, policy.alpha, policy.power)
    look = comparison.standing.anchor_look
    yield judge(contest, policy.primary, Question.at(look, "anchor", "the anchor", Claim.NON_INFERIOR, target))


def is_superior_to_anchor(comparison: Comparison, policy: Policy) -> bool:
    """Whether the candidate was shown to be better than the anchor; False where there is none, or it could not be compared."""
    contest = contest_with_anchor(comparison)
    difference = contest.difference(policy.primary) if contest else None
    return difference is not None and is_shown_superior(
        difference, level(policy.alpha, comparison.standing.anchor_look)
    )


def contest_with_anchor(comparison: Comparison) -> Contest | None:
    """The contest with the anchor, which is the champion's where they are one."""
    return comparison.anchor if comparison.standing.has_own_anchor else comparison.champion
