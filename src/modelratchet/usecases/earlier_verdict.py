"""Finds the verdict that was recorded when the same model was judged before, in the same standing, under the same policy and rules. `record_candidate` calls it.

What lies in the registry is believed only as far as it can be checked here: by its digests, by deciding again on its evidence, and by holding it against
what this run found itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import digest_of, from_document
from modelratchet.core.gate import decide
from modelratchet.core.judgement import judgement_of, stands
from modelratchet.core.policy import Policy
from modelratchet.core.reports import EVIDENCE_NAME, VERDICT_NAME, Named, parse_named_report
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.registry import ModelRegistry, RecordedVerdict


@dataclass(frozen=True)
class EarlierVerdict:
    """A recorded verdict that stands, and the two documents as they were written."""

    verdict: Verdict
    verdict_document: dict[str, Any]
    evidence_document: dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """What this run found, and by which policy."""

    verdict: Verdict
    evidence: Evidence
    policy: Policy


def earlier_verdict(fresh: Judged, registry: ModelRegistry) -> EarlierVerdict | None:
    """The latest recorded verdict that stands in place of the fresh one; None where there is none.

    Raises:
        TrackingError: the registry cannot be asked now.
    """
    judgement = judgement_of(fresh.verdict, fresh.evidence)
    for recorded in registry.verdicts_on(fresh.verdict.model, judgement):
        try:
            found = _believed(recorded, judgement, fresh.policy)
        except EvidenceError:  # changed, or of another release: then this run's own verdict is recorded
            continue
        if stands(found.verdict, fresh.verdict):
            return found
    return None


def _believed(recorded: RecordedVerdict, judgement: str, policy: Policy) -> EarlierVerdict:
    named = [f"{name} of run {recorded.run_id}" for name in (VERDICT_NAME, EVIDENCE_NAME)]
    document = parse_named_report(recorded.verdict, recorded.key, Named(Verdict, named[0]))
    verdict = from_document(Verdict, document, named[0])
    proof = parse_named_report(recorded.evidence, verdict.evidence_digest, Named(Evidence, named[1]))
    evidence = from_document(Evidence, proof, named[1])
    if digest_of(verdict) != recorded.key or judgement_of(verdict, evidence) != judgement:
        raise EvidenceError(f"{named[0]} is of another judgement than its run says")
    if decide(verdict.model, evidence, policy).digest != verdict.digest:
        raise EvidenceError(f"the gate does not give {named[0]} on its evidence")
    return EarlierVerdict(verdict, document, proof)
