"""Put the candidate with its evidence and verdict into the registry, once.

The key is the verdict's digest: it names evidence, policy and bundle, so a second call finds the first one's version.
Training is never lost here: when the registry is down the stage fails, and the next call records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Evidence
from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import digest_file, read_record, write_record
from modelratchet.usecases.candidate_values import flat_params, metrics_of, tags_of, verdict_tags_of
from modelratchet.usecases.ports import CandidateRecord, DatasetReader, ModelRegistry, RegisteredVersion, SourceControl

EXAMPLE_ROWS = 5


@dataclass(frozen=True)
class CandidateFiles:
    """What the earlier stages wrote, and where the receipt goes.

    `attachments` are shown beside the run: name at the artifact root, local file or folder; those that are
    not there are left out.
    """

    bundle: Path
    evidence: Path
    verdict: Path
    page: Path
    train: Path
    holdout: Path
    lock: Path
    attachments: Mapping[str, Path]
    receipt: Path


@dataclass(frozen=True)
class Recorder:
    """What recording talks to. `settings` is called only when there is something to record."""

    registry: ModelRegistry
    source_control: SourceControl
    datasets: DatasetReader
    settings: Callable[[], Mapping[str, object]]
    tracking_uri: str


def record_candidate(files: CandidateFiles, recorder: Recorder) -> bool:
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
    version = found or recorder.registry.record(_candidate(verdict, files, recorder))
    receipt = Receipt(
        key=verdict.digest,
        tracking_uri=recorder.tracking_uri,
        model=version.model,
        version=version.version,
        run_id=version.verdict_run_id,
        experiment_id=version.experiment_id,
    )
    if found and _is_written(receipt, files.receipt):
        return False
    write_record(files.receipt, receipt)
    return True


def _champion_itself(verdict: Verdict, registry: ModelRegistry) -> RegisteredVersion | None:
    if verdict.champion_version is None:
        return None
    champion = registry.version(verdict.model, verdict.champion_version)
    return champion if champion and champion.bundle_digest == verdict.bundle_digest else None


def _candidate(verdict: Verdict, files: CandidateFiles, recorder: Recorder) -> CandidateRecord:
    bundle = read_bundle(files.bundle)
    evidence = read_record(files.evidence, Evidence)
    if (bundle.digest, evidence.digest) != (verdict.bundle_digest, verdict.evidence_digest):
        raise EvidenceError(
            f"{files.verdict} is about another bundle or other evidence than {files.bundle} and {files.evidence}",
            hint="Run `ratchet run` to decide again.",
        )
    settings = recorder.settings()
    revision = recorder.source_control.revision()
    datasets = (
        recorder.datasets.describe(files.train, "train", "training"),
        recorder.datasets.describe(files.holdout, "holdout", "holdout"),
    )
    digests = {
        "bundle": bundle.digest,
        "data": bundle.manifest.lineage.data_digest,
        "train": datasets[0].digest,
        "holdout": datasets[1].digest,
        "params": digest_value(flat_params(settings)),
        **({"lock": digest_file(files.lock)} if files.lock.exists() else {}),
    }
    params = flat_params(settings)
    schema = bundle.schema
    dirty = "+" if revision.is_dirty else ""
    return CandidateRecord(
        model=verdict.model,
        key=verdict.digest,
        run_name=f"{params.get('train.estimator', 'model')} {revision.commit[:7]}{dirty} {_short(bundle.digest)}",
        params=params,
        metrics=metrics_of(evidence, len(bundle.model)),
        tags=tags_of(revision, digests),
        verdict_tags=verdict_tags_of(verdict),
        datasets=datasets,
        attachments={name: path for name, path in files.attachments.items() if path.exists()},
        bundle=files.bundle,
        note=files.page.read_text(encoding="utf-8") if files.page.exists() else "",
        example=recorder.datasets.example(files.holdout, (*schema.numeric, *schema.categorical), EXAMPLE_ROWS),
    )


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:7]


def _is_written(receipt: Receipt, path: Path) -> bool:
    try:
        return read_record(path, Receipt) == receipt
    except EvidenceError:  # not there yet, or spoilt: it is written anew
        return False
