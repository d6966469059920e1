"""Put the candidate with its evidence and verdict into the registry, once.

The key is the verdict's digest: it names evidence, policy and bundle, so a second call finds the first one's version. The same model that was judged before, in
the same standing, under the same policy and rules, is not judged twice: that verdict stands, and nothing is recorded.
Training is never lost here: when the registry is down the stage fails, and the next call records. What is recorded is composed by
`compose_candidate`, which is not imported here: most runs find their candidate recorded, and need none of the statistics.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import to_document
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.policy import Policy
from modelratchet.core.receipt import Receipt
from modelratchet.core.reports import EVIDENCE_NAME, VERDICT_NAME
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError, LaterReleaseError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_record, write_json, write_record
from modelratchet.usecases.ports.registry import CandidateRecord, ModelRegistry, RegisteredVersion, RunAddresses
from modelratchet.usecases.ports.run_datasets import DatasetReader
from modelratchet.usecases.ports.sources import SourceControl
from modelratchet.usecases.read_report import ReportFiles, read_report


@dataclass(frozen=True)
class CandidateFiles:
    """What the earlier stages wrote, and where the receipt goes.

    `reigning` is the folder of the champion that was fetched. `attachments` are shown beside the run: name at the artifact root, local
    file or folder; those that are not there are left out.
    """

    bundle: Path
    evidence: Path
    policy: Path
    verdict: Path
    reigning: Path
    train: Path
    holdout: Path
    lock: Path
    attachments: Mapping[str, Path]
    receipt: Path


@dataclass(frozen=True)
class Recorder:
    """What recording talks to. `settings` and `overrides` are called only when there is something to record.

    `overrides` tells of the model that a verdict is about who forced it and why; empty where nobody did.
    """

    registry: ModelRegistry
    source_control: SourceControl
    datasets: DatasetReader
    settings: Callable[[], Mapping[str, object]]
    tracking_uri: str
    addresses: RunAddresses
    overrides: Callable[[Verdict], str]


Compose = Callable[[Verdict, CandidateFiles, Recorder], CandidateRecord]
"""Makes the record of a verdict's candidate; called only when there is something to record."""


def record_candidate(files: CandidateFiles, recorder: Recorder, compose: Compose) -> bool:
    """Record the candidate unless it is recorded, and write the receipt.

    A candidate that is the reigning champion's very model is no candidate: nothing is recorded, and the receipt names the
    champion.

    Returns:
        Whether there was anything to do.

    Raises:
        TrackingError: the registry cannot be reached now; nothing counts as recorded.
        EvidenceError: the files on disk do not belong together.
    """
    verdict = read_record(files.verdict, Verdict)
    outcome = _champion_itself(verdict, files, recorder) or _kept(verdict, files, recorder)
    outcome = outcome or _found_or_made(verdict, files, recorder, compose)
    version, earlier = outcome.version, outcome.earlier
    is_named = version.bundle_digest == verdict.bundle_digest and _named_by_commit(version, recorder)
    receipt = Receipt(
        key=verdict.digest,
        tracking_uri=recorder.tracking_uri,
        model=version.model,
        version=version.version,
        run_id=version.verdict_run_id,
        experiment_id=version.experiment_id,
        bundle_digest=version.bundle_digest,
        verdict=earlier.verdict if earlier else None,
        evidence=earlier.evidence if earlier else None,
    )
    if outcome.was_there and not is_named and _is_written(receipt, files.receipt):
        return False
    write_record(files.receipt, receipt)
    return True


@dataclass(frozen=True)
class _Documents:
    """An earlier verdict and its evidence, as they were written."""

    verdict: dict[str, Any]
    evidence: dict[str, Any]


@dataclass(frozen=True)
class _Outcome:
    """The version that holds the verdict that counts; `earlier` is that verdict where it is not the one of this workspace."""

    version: RegisteredVersion
    was_there: bool
    earlier: _Documents | None = None


def _champion_itself(verdict: Verdict, files: CandidateFiles, recorder: Recorder) -> _Outcome | None:
    if verdict.champion_version is None:
        return None
    champion = recorder.registry.version(verdict.model, verdict.champion_version)
    if champion is None:
        return None
    is_same = champion.bundle_digest == verdict.bundle_digest or _holds_model(files.reigning, champion, verdict)
    return _Outcome(champion, True) if is_same else None


def _holds_model(reigning: Path, champion: RegisteredVersion, verdict: Verdict) -> bool:
    """By the bundle that was fetched: a tag in the registry says anything."""
    try:
        fetched = read_bundle(reigning / BUNDLE_FOLDER)
    except EvidenceError:  # not there, or spoilt
        return False
    return (fetched.digest, fetched.model_digest) == (champion.bundle_digest, verdict.model_digest)


def _kept(verdict: Verdict, files: CandidateFiles, recorder: Recorder) -> _Outcome | None:
    """What the receipt says already of this very verdict, if the registry still says it: most runs find that."""
    try:
        report = read_report(ReportFiles(files.evidence, files.verdict, files.receipt))
    except LaterReleaseError:
        raise
    except EvidenceError:  # not there yet, or spoilt
        report = None
    counts = report.verdict if report and report.is_earlier else verdict
    found = recorder.registry.find(verdict.model, counts.digest)
    if found is None or report is None or not report.is_earlier:
        return _Outcome(found, True) if found else None
    return _Outcome(found, True, _Documents(to_document(report.verdict), to_document(report.evidence)))


def _found_or_made(verdict: Verdict, files: CandidateFiles, recorder: Recorder, compose: Compose) -> _Outcome:
    from modelratchet.usecases.earlier_verdict import Judged, earlier_verdict

    fresh = Judged(verdict, read_record(files.evidence, Evidence), read_record(files.policy, Policy))
    found = earlier_verdict(fresh, recorder.registry) if fresh.evidence.digest == verdict.evidence_digest else None
    if found is None:
        return _Outcome(recorder.registry.record(compose(verdict, files, recorder)), False)
    documents = _Documents(found.verdict_document, found.evidence_document)
    version = recorder.registry.find(verdict.model, found.verdict.digest)
    if version is not None:
        return _Outcome(version, True, documents)
    # another verdict was recorded on this version since: the registry shows this one again
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        kept = _written_out(files, documents, Path(folder))
        return _Outcome(recorder.registry.record(compose(found.verdict, kept, recorder)), False, documents)


def _written_out(files: CandidateFiles, documents: _Documents, folder: Path) -> CandidateFiles:
    """The candidate's files with the earlier verdict and evidence in the places of this workspace's."""
    verdict, evidence = folder / VERDICT_NAME, folder / EVIDENCE_NAME
    write_json(verdict, documents.verdict)
    write_json(evidence, documents.evidence)
    shown = {**files.attachments, VERDICT_NAME: verdict, EVIDENCE_NAME: evidence}
    return replace(files, verdict=verdict, evidence=evidence, attachments=shown)


def _named_by_commit(version: RegisteredVersion, recorder: Recorder) -> bool:
    """Name the commit of a version that was made before its sources were committed, or on a merge that a pull request tried: it makes the same bundle."""
    if version.commit and recorder.source_control.has(version.commit):
        return False
    revision = recorder.source_control.revision()
    if not revision.is_lasting:
        return False
    recorder.registry.name_commit(version, revision.commit)
    return True


def _is_written(receipt: Receipt, path: Path) -> bool:
    try:
        return read_record(path, Receipt) == receipt
    except LaterReleaseError:
        raise
    except EvidenceError:  # not there yet, or spoilt: it is written anew
        return False
