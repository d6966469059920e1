"""Candidate against champion: the primary metric and its guards.

All of them have to pass, so each is tested at the full level of this look: a candidate that fails in one place alone is stopped by that one test
(intersection-union; Berger, Technometrics 24, 1982).
"""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.comparison import Comparison, Contest
from modelratchet.core.evidence import Evidence
from modelratchet.core.policy import Claim, Policy
from modelratchet.core.power import Target
from modelratchet.core.rules.answers import missing
from modelratchet.core.rules.contests import Question, judge
from modelratchet.core.spending import share_left
from modelratchet.core.verdict import Finding, Outcome

LITTLE_LEFT = 0.1
"""Share of the error budget below which a fresh holdout is advised: from the sixth look on."""


def check_primary(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Ask for proof that neither the primary metric nor a guard is worse than the champion's by more than its margin."""
    comparison = evidence.comparison
    if comparison is None:
        yield missing("primary", "comparison with the champion")
        return
    if not comparison.standing.champion.exists:
        return
    if comparison.champion is None:
        yield missing("primary", "comparison with the champion")
        return
    yield from _against_champion(comparison, comparison.champion, policy)


def _against_champion(comparison: Comparison, contest: Contest, policy: Policy) -> Iterator[Finding]:
    look = comparison.standing.holdout_look
    target = Target(policy.margin, policy.alpha, policy.power)
    yield judge(contest, policy.primary, Question.at(look, "primary", "the champion", policy.claim, target))
    for metric, margin in policy.guards.items():
        guarded = Target(margin, policy.alpha, policy.power)
        yield judge(contest, metric, Question.at(look, "guard", "the champion", Claim.NON_INFERIOR, guarded))
    yield _budget(look)


def _budget(look: int) -> Finding:
    left = share_left(look)
    message = f"candidate {look} on this holdout; {left:.0%} of its error budget is left for those to come"
    if left >= LITTLE_LEFT:
        return Finding("holdout", "budget", Outcome.PASSED, message, {"look": float(look), "budget_left": left})
    message += ": hold out fresh rows, or only large gains will pass"
    return Finding("holdout", "budget", Outcome.WARNING, message, {"look": float(look), "budget_left": left})
