"""Make the candidate the champion, if its verdict says so and still stands.

Everything is checked again here, against the registry and the ledger: a verdict is a file on somebody's disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import to_document
from modelratchet.core.gate import decide
from modelratchet.core.ledger import Event, History, State
from modelratchet.core.ledger_writing import promoted
from modelratchet.core.policy import Policy
from modelratchet.core.standing import NOBODY, look_of
from modelratchet.core.verdict import Decision, Outcome, Verdict
from modelratchet.errors import EvidenceError, MissingEvidenceError, RejectedError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_record
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion
from modelratchet.usecases.write_ledger import COMPARE_AGAIN, Desk, Written, settled_event, whole_version, write_event

_DECIDE_AGAIN = "Run `ratchet run` to decide again."


@dataclass(frozen=True)
class PromotionFiles:
    """What the run left: the candidate, and what was decided about it on what evidence."""

    bundle: Path
    evidence: Path
    verdict: Path


@dataclass(frozen=True)
class _Case:
    """The files, read and found to belong together."""

    verdict: Verdict
    evidence: Evidence


def promote(desk: Desk, files: PromotionFiles, policy: Policy) -> Written:
    """Append the promotion, and complete alias, tags and certificate. A champion that reigns already is only completed.

    Args:
        desk: what to talk to.
        files: of the latest run.
        policy: as params.yaml asks for it today.

    Raises:
        RejectedError: the verdict is not `promote`.
        MissingEvidenceError: there is no verdict yet, or it is not in the registry.
        EvidenceError: something does not fit: a digest, the policy, the ledger's head, the holdout's budget; or another promoter was first.
        TrackingError: the registry cannot be asked now.
    """
    case = _case(files)
    history = desk.reader.history(case.verdict.model)
    reigning = _reigning(history, case.verdict)
    if reigning is not None:
        return settled_event(desk, history, reigning)
    _require_promotion(case.verdict)
    _require_same_answer(case, policy)
    version = _recorded(desk, case.verdict)
    _require_same_state(history, case.verdict)
    _require_same_references(history.state, case.evidence)
    _require_budget(desk.registry, case)
    return write_event(
        desk, history, lambda state, circumstances: promoted(state, case.verdict, version.version, circumstances)
    )


def _case(files: PromotionFiles) -> _Case:
    verdict, evidence = read_record(files.verdict, Verdict), read_record(files.evidence, Evidence)
    found = read_bundle(files.bundle).digest
    if not found == verdict.bundle_digest == evidence.bundle_digest:
        raise EvidenceError(
            f"{files.bundle} is bundle {found}, and {files.verdict} is about {verdict.bundle_digest}",
            hint=_DECIDE_AGAIN,
        )
    if evidence.digest != verdict.evidence_digest:
        raise EvidenceError(
            f"{files.evidence} is not the evidence that {files.verdict} was decided on: one was changed since",
            hint=_DECIDE_AGAIN,
        )
    return _Case(verdict, evidence)


def _reigning(history: History, verdict: Verdict) -> Event | None:
    crowning = history.crowning
    is_same = crowning is not None and crowning.event.bundle_digest == verdict.bundle_digest
    return crowning.event if crowning and is_same else None


def _require_promotion(verdict: Verdict) -> None:
    if verdict.decision is Decision.PROMOTE:
        return
    reasons = "; ".join(item.message for item in verdict.having(Outcome.FAILED, Outcome.INCONCLUSIVE))
    raise RejectedError(
        f"the verdict is {verdict.decision.value}: {reasons or 'no rule passed'}",
        hint="`ratchet gate explain` shows every number. A person may force a recorded version: `ratchet override VERSION --reason ...`.",
    )


def _require_same_answer(case: _Case, policy: Policy) -> None:
    verdict = case.verdict
    if digest_value(to_document(policy)) != verdict.policy_digest:
        raise EvidenceError(
            "params.yaml asks for another policy today than the one that the verdict was decided under",
            hint=_DECIDE_AGAIN,
        )
    if decide(verdict.model, case.evidence, policy).digest != verdict.digest:
        raise EvidenceError(
            "the gate does not give this verdict on this evidence: the verdict was changed, or made by another release",
            hint=_DECIDE_AGAIN,
        )


def _recorded(desk: Desk, verdict: Verdict) -> RegisteredVersion:
    """The version that holds this very verdict; its digest names the evidence too."""
    found = desk.registry.find(verdict.model, verdict.digest)
    if found is None:
        raise MissingEvidenceError(
            f"the registry holds no version of {verdict.model} with this verdict ({verdict.digest})",
            hint="Run `ratchet run` to record it. If it did: someone changed the registry, or judged the bundle again elsewhere.",
        )
    version = whole_version(desk, verdict.model, found.version)
    if version.bundle_digest != verdict.bundle_digest:
        raise EvidenceError(
            f"version {version.version} holds bundle {version.bundle_digest}, and the verdict is about {verdict.bundle_digest}",
            hint="Someone changed the registry; restore it from a backup.",
        )
    return version


def _require_same_state(history: History, verdict: Verdict) -> None:
    if verdict.ledger_head == history.state.head:
        return
    against, now = verdict.champion_version or "nobody", history.state.champion.version or "nobody"
    raise EvidenceError(
        f"the verdict was made when the ledger ended with {verdict.ledger_head or 'nothing'} (champion {against}), "
        f"and it ends with {history.state.head or 'nothing'} now (champion {now})",
        hint=COMPARE_AGAIN,
    )


def _require_same_references(state: State, evidence: Evidence) -> None:
    """The head alone is a word in a file; who was compared with has to be who the ledger names at that head."""
    standing = evidence.comparison.standing if evidence.comparison else None
    for role, named in (("champion", state.champion), ("anchor", state.anchor)):
        found = getattr(standing, role, NOBODY)
        if (found.version, found.bundle_digest) != (named.version, named.bundle_digest):
            raise EvidenceError(
                f"the evidence compares with {role} {found.version or 'nobody'}, and the ledger names {named.version or 'nobody'}",
                hint=COMPARE_AGAIN,
            )


def _require_budget(registry: ModelRegistry, case: _Case) -> None:
    """Two candidates that were judged at once may have counted themselves alike; the later one has to be judged more strictly."""
    verdict, comparison = case.verdict, case.evidence.comparison
    if comparison is None or verdict.holdout_digest is None:
        raise MissingEvidenceError("the verdict rests on no comparison", hint=_DECIDE_AGAIN)
    standing = comparison.standing
    places = [("holdout", registry.judged_on_holdout(verdict.model, verdict.holdout_digest), verdict.holdout_look)]
    if standing.anchor.exists:
        judged = registry.judged_against_anchor(verdict.model, standing.anchor.bundle_digest or "")
        places.append(("anchor", judged, standing.anchor_look))
    for name, judged, look in places:
        place = look_of(judged, verdict.bundle_digest)
        if place > look:
            raise EvidenceError(
                f"this is candidate {place} on the {name}, and was judged as candidate {look}: others were judged meanwhile",
                hint=COMPARE_AGAIN,
            )
