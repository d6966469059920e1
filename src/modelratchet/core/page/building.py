"""Puts a page together from a verdict, what it rests on, and what surrounds it. Pure; called by `usecases.compose_page`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.core.changes import Changes
from modelratchet.core.comparison import Comparison, Contest
from modelratchet.core.evidence import Evidence
from modelratchet.core.links import Link
from modelratchet.core.page import measured
from modelratchet.core.page.model import Page
from modelratchet.core.policy import Policy
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict

HEADLINES = {
    Decision.PROMOTE: "the evidence is enough",
    Decision.REJECT: "something is worse than allowed",
    Decision.INCONCLUSIVE: "the evidence is not enough, so nothing is promoted",
}
_REASONS = 3
_DECIDING = {Decision.REJECT: Outcome.FAILED, Decision.INCONCLUSIVE: Outcome.INCONCLUSIVE}


@dataclass(frozen=True)
class Surroundings:
    """What the verdict does not hold.

    `changes` since the champion are None where they are not known; `override` tells by whose word the verdict was overruled, empty: by nobody's.
    """

    changes: Changes | None = None
    links: tuple[Link, ...] = ()
    override: str = ""


def page_of(verdict: Verdict, evidence: Evidence, policy: Policy, around: Surroundings) -> Page:
    """Build the page. Equal inputs give equal pages."""
    comparison, evaluation, latency = evidence.comparison, evidence.evaluation, evidence.latency
    champion = comparison.champion if comparison else None
    return Page(
        decision=verdict.decision,
        headline=HEADLINES[verdict.decision],
        because=because(verdict),
        override=around.override,
        model=verdict.model,
        champion_version=verdict.champion_version,
        anchor_version=verdict.anchor_version,
        is_superior=verdict.is_superior,
        findings=verdict.findings,
        changes=around.changes,
        metrics=evaluation.metrics if evaluation else (),
        confidence=evaluation.confidence if evaluation else 0.0,
        n_rows=evaluation.n_rows if evaluation else 0,
        gains=measured.gains(comparison, policy, verdict.findings),
        incomparable=_incomparable(comparison),
        slices=measured.slices(champion, policy, verdict.findings),
        churn=champion.churn if champion else None,
        power=measured.power(comparison, policy),
        budget=measured.budget(comparison, policy),
        calibration=evaluation.calibration if evaluation else None,
        groups=evaluation.groups if evaluation else (),
        latency=latency,
        maximum_latency_ratio=policy.maximum_latency_ratio,
        parity=evidence.parity,
        data_check=evidence.data_check,
        model_tests=evidence.model_tests,
        links=around.links,
        digests=_digests(verdict),
    )


def because(verdict: Verdict) -> str:
    """One sentence of reasons; of many, the first few."""
    deciding = _DECIDING.get(verdict.decision)
    reasons = verdict.having(deciding) if deciding else ()
    against = (
        f"champion version {verdict.champion_version}" if verdict.champion_version else "the floors (no champion yet)"
    )
    if not reasons:
        return f"All {len(verdict.having(Outcome.PASSED))} rules hold against {against}."
    more = f"; and {len(reasons) - _REASONS} more" if len(reasons) > _REASONS else ""
    return f"Because {'; '.join(map(_clause(reasons), reasons[:_REASONS]))}{more}."


def _clause(reasons: tuple[Finding, ...]) -> Callable[[Finding], str]:
    """One reason is told with its numbers; of several only what was found, for the numbers are drawn below."""
    if len(reasons) == 1:
        return lambda item: f"{item.subject}: {item.message}"
    return lambda item: f"{item.subject}: {item.message.split(': ', 1)[0]}"


def _incomparable(comparison: Comparison | None) -> tuple[str, ...]:
    contests = (comparison.champion, comparison.anchor) if comparison else ()
    return tuple(_reason(contest) for contest in contests if contest and contest.incomparable)


def _reason(contest: Contest) -> str:
    return f"Not comparable with version {contest.reference.version}: {contest.incomparable}"


def _digests(verdict: Verdict) -> dict[str, str]:
    digests = {
        "model": verdict.model_digest,
        "bundle": verdict.bundle_digest,
        "evidence": verdict.evidence_digest,
        "policy": verdict.policy_digest,
        "verdict": verdict.digest,
        "holdout": verdict.holdout_digest,
        "ledger's head": verdict.ledger_head,
    }
    return {name: digest for name, digest in digests.items() if digest}
