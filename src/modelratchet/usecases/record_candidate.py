"""Put the candidate with its evidence and verdict into the registry, once.

The key is the verdict's digest: it names evidence, policy and bundle, so a second call finds the first one's version.
Training is never lost here: when the registry is down the stage fails, and the next call records. What is recorded is composed by
`compose_candidate`, which is not imported here: most runs find their candidate recorded, and need none of the statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.storage.files import read_record, write_record
from modelratchet.usecases.ports.registry import CandidateRecord, ModelRegistry, RegisteredVersion, RunAddresses
from modelratchet.usecases.ports.run_datasets import DatasetReader
from modelratchet.usecases.ports.sources import SourceControl


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

    `overrides` tells of a model and a bundle who forced it and why; empty where nobody did.
    """

    registry: ModelRegistry
    source_control: SourceControl
    datasets: DatasetReader
    settings: Callable[[], Mapping[str, object]]
    tracking_uri: str
    addresses: RunAddresses
    overrides: Callable[[str, str], str]


Compose = Callable[[Verdict, CandidateFiles, Recorder], CandidateRecord]
"""Makes the record of a verdict's candidate; called only when there is something to record."""


def record_candidate(files: CandidateFiles, recorder: Recorder, compose: Compose) -> bool:
    """Record the candidate unless it is recorded, and write the receipt.

    A candidate with the reigning champion's very bundle is no candidate: nothing is recorded, and the receipt names the
    champion.

    Returns:
        Whether there was anything to do.

    Raises:
        TrackingError: the registry cannot be reached now; nothing counts as recorded.
        EvidenceError: the files on disk do not belong together.
    """
    verdict = read_record(files.verdict, Verdict)
    found = _champion_itself(verdict, recorder.registry) or recorder.registry.find(verdict.model, verdict.digest)
    version = found or recorder.registry.record(compose(verdict, files, recorder))
    is_named = _named_by_commit(version, recorder)
    receipt = Receipt(
        key=verdict.digest,
        tracking_uri=recorder.tracking_uri,
        model=version.model,
        version=version.version,
        run_id=version.verdict_run_id,
        experiment_id=version.experiment_id,
    )
    if found and not is_named and _is_written(receipt, files.receipt):
        return False
    write_record(files.receipt, receipt)
    return True


def _named_by_commit(version: RegisteredVersion, recorder: Recorder) -> bool:
    """Name the commit of a version that was made before its sources were committed, or on a merge that a pull request tried: it makes the same bundle."""
    if version.commit and recorder.source_control.has(version.commit):
        return False
    revision = recorder.source_control.revision()
    if not revision.is_lasting:
        return False
    recorder.registry.name_commit(version, revision.commit)
    return True


def _champion_itself(verdict: Verdict, registry: ModelRegistry) -> RegisteredVersion | None:
    if verdict.champion_version is None:
        return None
    champion = registry.version(verdict.model, verdict.champion_version)
    return champion if champion and champion.bundle_digest == verdict.bundle_digest else None


def _is_written(receipt: Receipt, path: Path) -> bool:
    try:
        return read_record(path, Receipt) == receipt
    except EvidenceError:  # not there yet, or spoilt: it is written anew
        return False
