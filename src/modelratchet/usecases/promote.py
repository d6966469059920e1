"""Make the candidate the champion, if its verdict says so and still stands.

Everything is checked again here, against the registry and the ledger: a verdict is a file on somebody's disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import digest_of
from modelratchet.core.gate import decide
from modelratchet.core.ledger import Event, History, State
from modelratchet.core.ledger_writing import promoted
from modelratchet.core.policy import Policy
from modelratchet.core.standing import NOBODY, Champion, look_of
from modelratchet.core.verdict import Decision, Outcome, Verdict
from modelratchet.errors import EvidenceError, MissingEvidenceError, RejectedError
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion
from modelratchet.usecases.read_report import ReportFiles, read_report
from modelratchet.usecases.write_ledger import COMPARE_AGAIN, Desk, Written, settled_event, whole_version, write_event

_DECIDE_AGAIN = "Run `ratchet run` to decide again."


@dataclass(frozen=True)
class PromotionFiles:
    """What the run left: the candidate, and what was decided about it on what evidence, here or when the same model was judged before."""

    bundle: Path
    report: ReportFiles


@dataclass(frozen=True)
class _Case:
    """The files, read and found to belong together."""

    verdict: Verdict
    evidence: Evidence
    model_digest: str


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
    reigning = _reigning(desk, history, case)
    if reigning is not None:
        return settled_event(desk, history, reigning)
    _require_promotion(case.verdict)
    _require_same_answer(case, policy)
    version = _recorded(desk, case)
    _require_same_state(history, case.verdict)
    _require_same_references(history.state, case.evidence)
    _require_budget(desk.registry, case)
    named = Champion(version.version, version.bundle_digest, None)
    return write_event(desk, history, lambda state, circumstances: promoted(state, case.verdict, named, circumstances))


def _case(files: PromotionFiles) -> _Case:
    report = read_report(files.report)
    verdict, evidence, bundle = report.verdict, report.evidence, read_bundle(files.bundle)
    # what release 0.1 decided names the bundle alone
    named = "bundle" if verdict.model_digest is None else "model"
    found = bundle.digest if verdict.model_digest is None else bundle.model_digest
    about = [getattr(item, f"{named}_digest") for item in (verdict, evidence)]
    if about != [found, found]:
        raise EvidenceError(
            f"{files.bundle} is {named} {found}, and {files.report.verdict} is about {about[0]}", hint=_DECIDE_AGAIN
        )
    return _Case(verdict, evidence, bundle.model_digest)


def _reigning(desk: Desk, history: History, case: _Case) -> Event | None:
    """The event that made this very model champion, in whatever bundle."""
    crowning = history.crowning
    if crowning is None:
        return None
    if crowning.event.bundle_digest == case.verdict.bundle_digest:
        return crowning.event
    try:
        champion = whole_version(desk, history.model, crowning.event.version)
    except EvidenceError:  # gone, or changed since: then nobody can say that it is this model
        return None
    is_same = (champion.bundle_digest, champion.model_digest) == (crowning.event.bundle_digest, case.model_digest)
    return crowning.event if is_same else None


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
    if digest_of(policy) != verdict.policy_digest:
        raise EvidenceError(
            "params.yaml asks for another policy today than the one that the verdict was decided under",
            hint=_DECIDE_AGAIN,
        )
    if decide(verdict.model, case.evidence, policy).digest != verdict.digest:
        raise EvidenceError(
            "the gate does not give this verdict on this evidence: the verdict was changed, or made by another release",
            hint=_DECIDE_AGAIN,
        )


def _recorded(desk: Desk, case: _Case) -> RegisteredVersion:
    """The version that holds this very verdict; its digest names the evidence too."""
    verdict = case.verdict
    found = desk.registry.find(verdict.model, verdict.digest)
    if found is None:
        raise MissingEvidenceError(
            f"the registry holds no version of {verdict.model} with this verdict ({verdict.digest})",
            hint="Run `ratchet run` to record it. If it did: someone changed the registry, or judged the bundle again elsewhere.",
        )
    version = whole_version(desk, verdict.model, found.version)
    if version.model_digest != case.model_digest:
        raise EvidenceError(
            f"version {version.version} holds model {version.model_digest}, and the verdict is about {case.model_digest}",
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
        place = look_of(judged, case.model_digest, verdict.bundle_digest)
        if place > look:
            raise EvidenceError(
                f"this is candidate {place} on the {name}, and was judged as candidate {look}: others were judged meanwhile",
                hint=COMPARE_AGAIN,
            )
