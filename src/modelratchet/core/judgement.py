"""What a judgement is: one model, judged in one standing, under one policy and one version of the rules, on one runtime.

The same judgement is not made twice: `usecases.earlier_verdict` looks for the verdict that was recorded of it. Times differ from one measurement to the next, so
the digest of a verdict names one measuring, and this names the question.
"""

from __future__ import annotations

from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Evidence
from modelratchet.core.verdict import Decision, Verdict

_MEASURED_ANEW = frozenset({"latency", "budget"})
"""Rules whose findings rest on times and sizes of processes, which no two measurements give alike."""


def judgement_of(verdict: Verdict, evidence: Evidence) -> str:
    """The digest that names a judgement."""
    parity, latency = evidence.parity, evidence.latency
    return digest_value(
        {
            "model": verdict.model_digest or verdict.bundle_digest,
            "ledger_head": verdict.ledger_head,
            "holdout": verdict.holdout_digest,
            "policy": verdict.policy_digest,
            "rules": verdict.rules_version,
            "runtimes": [part and part.runtime_digest for part in (parity, latency)],
        }
    )


def stands(recorded: Verdict, fresh: Verdict) -> bool:
    """Whether a recorded verdict stands in place of a fresh one of the same judgement.

    It does where both found the same but for times, and decide the same; and where it was a rejection: to measure again until a draw comes out well is no evidence.
    It never lets anything pass that this run does not: what lies in the registry may be forged, times and all.
    """
    is_no_kinder = recorded.decision in (fresh.decision, Decision.REJECT)
    return is_no_kinder and _found(recorded) == _found(fresh)


def _found(verdict: Verdict) -> tuple[bool, int, list[tuple[str, str, str]]]:
    findings = [item for item in verdict.findings if item.rule not in _MEASURED_ANEW]
    outcomes = sorted((item.rule, item.subject, item.outcome.value) for item in findings)
    return verdict.is_superior, verdict.holdout_look, outcomes
