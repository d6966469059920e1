"""The gate: evidence and policy in, verdict out. Pure; called by the `decide` stage and by whoever replays a decision."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.comparison import Comparison
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import digest_of
from modelratchet.core.latency import LatencyReport
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.parity import Parity
from modelratchet.core.policy import Policy
from modelratchet.core.rules import RULES, RULES_VERSION
from modelratchet.core.rules.anchor import is_superior_to_anchor
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict


def decide(model: str, evidence: Evidence, policy: Policy) -> Verdict:
    """Apply every rule and put the findings together.

    Any failure rejects; otherwise anything inconclusive is inconclusive; only then promote. Adding a failed
    finding never turns another answer into promote. Evidence about another bundle, other rows or another champion is
    inconclusive as if it were missing.
    """
    findings = (*_untrusted(evidence), *(finding for rule in RULES for finding in rule(evidence, policy)))
    comparison = evidence.comparison
    standing = comparison.standing if comparison else None
    return Verdict(
        decision=combine(findings),
        model=model,
        bundle_digest=evidence.bundle_digest,
        evidence_digest=evidence.digest,
        policy_digest=digest_of(policy),
        holdout_digest=comparison.holdout_digest if comparison else None,
        champion_version=standing.champion.version if standing else None,
        anchor_version=standing.anchor.version if standing else None,
        ledger_head=standing.ledger_head if standing else None,
        holdout_look=standing.holdout_look if standing else 0,
        is_superior=comparison is not None and is_superior_to_anchor(comparison, policy),
        findings=findings,
        model_digest=evidence.model_digest,
        rules_version=RULES_VERSION,
    )


def combine(findings: tuple[Finding, ...]) -> Decision:
    """The decision that findings lead to; no findings at all are inconclusive."""
    outcomes = {finding.outcome for finding in findings}
    if Outcome.FAILED in outcomes:
        return Decision.REJECT
    if Outcome.INCONCLUSIVE in outcomes or Outcome.PASSED not in outcomes:
        return Decision.INCONCLUSIVE
    return Decision.PROMOTE


def _untrusted(evidence: Evidence) -> Iterator[Finding]:
    parts = {
        "evaluation": evidence.evaluation,
        "parity": evidence.parity,
        "comparison": evidence.comparison,
        "latency": evidence.latency,
        "model tests": evidence.model_tests,
    }
    for name, part in parts.items():
        if part is not None and not _is_about(part, evidence):
            yield _stranger(name, "is about another model than the one to be judged")
    if evidence.comparison is not None:
        yield from _of_another_standing(evidence.comparison)
        if evidence.evaluation is not None and evidence.evaluation.holdout_digest != evidence.comparison.holdout_digest:
            yield _stranger("evaluation", "was measured on other rows than the comparison")


def _is_about(part: Evaluation | Parity | Comparison | LatencyReport | ModelTests, evidence: Evidence) -> bool:
    """By the model's bytes; what release 0.1 measured names only the bundle that they lay in."""
    if part.model_digest is None or evidence.model_digest is None:
        return part.bundle_digest == evidence.bundle_digest
    return part.model_digest == evidence.model_digest


def _of_another_standing(comparison: Comparison) -> Iterator[Finding]:
    standing = comparison.standing
    if standing.holdout_digest != comparison.holdout_digest:
        yield _stranger("comparison", "was made on other rows than its looks were counted for")
    for name, contest, expected in (
        ("champion", comparison.champion, standing.champion),
        ("anchor", comparison.anchor, standing.anchor),
    ):
        if contest is not None and contest.reference != expected:
            yield _stranger("comparison", f"is with another {name} than the one the ledger names")


def _stranger(name: str, fault: str) -> Finding:
    return Finding("evidence", name, Outcome.INCONCLUSIVE, f"{name} {fault}: run `ratchet run` again", {})
