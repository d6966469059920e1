"""The gate: evidence and policy in, verdict out. Pure; called by the `decide` stage and by whoever replays a decision."""

from __future__ import annotations

from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import to_document
from modelratchet.core.policy import Policy
from modelratchet.core.rules import RULES
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict


def decide(model: str, evidence: Evidence, policy: Policy) -> Verdict:
    """Apply every rule and put the findings together.

    Any failure rejects; otherwise anything inconclusive is inconclusive; only then promote. Adding a failed
    finding never turns another answer into promote. Evidence about another bundle is inconclusive as if it
    were missing.
    """
    findings = tuple(_untrusted(evidence)) + tuple(finding for rule in RULES for finding in rule(evidence, policy))
    champion = evidence.comparison.champion.version if evidence.comparison else None
    return Verdict(
        decision=combine(findings),
        model=model,
        bundle_digest=evidence.bundle_digest,
        evidence_digest=evidence.digest,
        policy_digest=digest_value(to_document(policy)),
        champion_version=champion,
        findings=findings,
    )


def combine(findings: tuple[Finding, ...]) -> Decision:
    """The decision that findings lead to; no findings at all are inconclusive."""
    outcomes = {finding.outcome for finding in findings}
    if Outcome.FAILED in outcomes:
        return Decision.REJECT
    if Outcome.INCONCLUSIVE in outcomes or Outcome.PASSED not in outcomes:
        return Decision.INCONCLUSIVE
    return Decision.PROMOTE


def _untrusted(evidence: Evidence) -> list[Finding]:
    parts = {"evaluation": evidence.evaluation, "parity": evidence.parity, "comparison": evidence.comparison}
    strangers = [
        name for name, part in parts.items() if part is not None and part.bundle_digest != evidence.bundle_digest
    ]
    message = "is about another bundle than the one to be judged: run `ratchet run` again"
    return [Finding("evidence", name, Outcome.INCONCLUSIVE, f"{name} {message}", {}) for name in strangers]
