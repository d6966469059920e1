"""The question that primary, guards and anchor share: not worse than the reference by more than a margin, or better. Called by those rules.

A paired one-sided test of `gain > -margin`, by inclusion of the interval (ICH E9, section 3.3.2). Its level shrinks with every look at the same
holdout (`core.spending`), so that the chance of ever promoting a candidate that is worse by the margin stays within alpha.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.comparison import Contest, Difference
from modelratchet.core.paired import lower_bound, p_not_above, p_superior, upper_bound
from modelratchet.core.policy import Claim
from modelratchet.core.power import Reach, Target, reach
from modelratchet.core.spending import level, share_left
from modelratchet.core.verdict import Finding, Outcome


@dataclass(frozen=True)
class Question:
    """What one metric has to show against one reference.

    `rule` and `reference` name the finding (`primary`, `the champion`); `target.alpha` is this look's level.
    """

    rule: str
    reference: str
    claim: Claim
    target: Target
    look: int

    @classmethod
    def at(cls, look: int, rule: str, reference: str, claim: Claim, target: Target) -> Question:
        """The question at the `look`-th candidate, its share taken of the whole budget that `target.alpha` names."""
        return cls(rule, reference, claim, Target(target.margin, level(target.alpha, look), target.power), look)


def judge(contest: Contest, metric: str, question: Question) -> Finding:
    """Answer the question for one metric; one that was not compared is inconclusive and says why."""
    difference = contest.difference(metric)
    if difference is None:
        reason = contest.incomparable or f"{metric} was not compared"
        message = f"no comparison with {question.reference}: {reason}"
        return Finding(question.rule, metric, Outcome.INCONCLUSIVE, message, {})
    return _answer(difference, question)


def is_shown_superior(difference: Difference, alpha: float) -> bool:
    """Whether the candidate is better beyond doubt, at a level; by the exact test for accuracy."""
    return difference.gain > 0.0 and p_superior(difference) <= alpha and lower_bound(difference, alpha) > 0.0


def _answer(difference: Difference, question: Question) -> Finding:
    alpha, margin = question.target.alpha, question.target.margin
    low, high = lower_bound(difference, alpha), upper_bound(difference, alpha)
    is_superiority = question.claim is Claim.SUPERIOR
    reachable = reach(difference, question.target)
    numbers = {
        "candidate": difference.candidate, "reference": difference.reference, "gain": difference.gain, "low": low, "high": high,
        "margin": margin, "level": alpha, "look": float(question.look), "budget_left": share_left(question.look),
        "p_value": p_superior(difference) if is_superiority else p_not_above(difference, -margin),
        "n_rows": float(difference.n_rows), "smallest_loss": reachable.smallest_loss, "rows_missing": float(reachable.rows_missing),
    }  # fmt: skip
    if reachable.rows_needed is not None:
        numbers["rows_needed"] = float(reachable.rows_needed)
    confidence = f"{100.0 * (1.0 - 2.0 * alpha):.4g} %"
    span = f"gain {difference.gain:+.4f}, {confidence} interval {low:+.4f} to {high:+.4f}"
    outcome, words = (
        _superiority(difference, question, high) if is_superiority else _non_inferiority(low, high, question)
    )
    if outcome is Outcome.INCONCLUSIVE:
        words = f"{difference.n_rows:,} held-out rows cannot tell whether it is {words}"
    if not is_superiority:
        span += f", margin {margin:g}"
    tail = f"; {_advice(reachable, question)}" if outcome is Outcome.INCONCLUSIVE else ""
    return Finding(question.rule, difference.metric, outcome, f"{words}: {span}{tail}", numbers)


def _non_inferiority(low: float, high: float, question: Question) -> tuple[Outcome, str]:
    if low > -question.target.margin:
        return Outcome.PASSED, f"not worse than {question.reference}"
    if high < -question.target.margin:
        return Outcome.FAILED, f"worse than {question.reference} beyond the margin"
    return Outcome.INCONCLUSIVE, f"worse than {question.reference}"


def _superiority(difference: Difference, question: Question, high: float) -> tuple[Outcome, str]:
    if is_shown_superior(difference, question.target.alpha):
        return Outcome.PASSED, f"better than {question.reference}"
    if high <= 0.0:
        return Outcome.FAILED, f"not better than {question.reference}"
    return Outcome.INCONCLUSIVE, f"better than {question.reference}"


def _advice(reachable: Reach, question: Question) -> str:
    power = f"{question.target.power:.0%}"
    if question.claim is Claim.SUPERIOR:
        return f"with {power} chance these rows show a gain of {reachable.smallest_loss:.4f}"
    if reachable.rows_missing:
        return (
            f"these rows tell losses from {reachable.smallest_loss:.4f} on; {reachable.rows_missing:,} more "
            f"({reachable.rows_needed:,} in all) would pass an equal candidate with {power} chance"
        )
    return f"there are rows enough to pass an equal candidate with {power} chance, so it may well be worse"
