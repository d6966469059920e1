"""Put the candidate with its evidence and verdict into the registry, once.

The key is the verdict's digest: it names evidence, policy and bundle, so a second call finds the first one's version.
Training is never lost here: when the registry is down the stage fails, and the next call records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.changes import Origin
from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Evidence
from modelratchet.core.page.html_page import html_page
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import markdown, note
from modelratchet.core.page.model import Link
from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import digest_file, read_record, write_record
from modelratchet.usecases.candidate_values import flat_params, metrics_of, tags_of, verdict_tags_of
from modelratchet.usecases.compose_page import PageFiles, compose_page, described, origin_of
from modelratchet.usecases.ports import (
    CandidateRecord,
    DatasetReader,
    ModelRegistry,
    RegisteredVersion,
    RunAddresses,
    RunPages,
    RunPlace,
    SourceControl,
)
from modelratchet.usecases.read_report import ReportFiles

EXAMPLE_ROWS = 5


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

    @property
    def of_page(self) -> PageFiles:
        """The files that the decision page is made of."""
        report = ReportFiles(self.evidence, self.verdict, self.receipt)
        return PageFiles(report, self.policy, self.bundle, self.train, self.holdout, self.reigning)


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
    params = flat_params(recorder.settings())
    revision = recorder.source_control.revision()
    datasets = described(recorder.datasets, files.train, files.holdout)
    digests = {
        "bundle": bundle.digest,
        "data": bundle.manifest.lineage.data_digest,
        "train": datasets[0].digest,
        "holdout": datasets[1].digest,
        "params": digest_value(params),
        **({"lock": digest_file(files.lock)} if files.lock.exists() else {}),
    }
    schema = bundle.schema
    dirty = "+" if revision.is_dirty else ""
    return CandidateRecord(
        model=verdict.model,
        key=verdict.digest,
        run_name=f"{params.get('train.estimator', 'model')} {revision.commit[:7]}{dirty} {_short(bundle.digest)}",
        params=params,
        metrics=metrics_of(evidence, len(bundle.model)),
        tags=tags_of(revision, digests),
        verdict_tags=verdict_tags_of(verdict, evidence.comparison),
        datasets=datasets,
        attachments={name: path for name, path in files.attachments.items() if path.exists()},
        bundle=files.bundle,
        pages=_pages(verdict, files, recorder, origin_of(files.bundle, datasets, params, revision)),
        example=recorder.datasets.example(files.holdout, (*schema.numeric, *schema.categorical), EXAMPLE_ROWS),
    )


def _pages(
    verdict: Verdict, files: CandidateFiles, recorder: Recorder, origin: Origin
) -> Callable[[RunPlace], RunPages]:
    """Writes the page once its run is known. Read now, so that faults show before anything is recorded."""
    links = commit_links(recorder.source_control, origin.commit)
    override = recorder.overrides(verdict.model, verdict.bundle_digest)
    composed = compose_page(files.of_page, origin, links, override)

    def written(place: RunPlace) -> RunPages:
        within = composed.with_links(recorder.addresses.links_within(place, composed.champion))
        page = composed.with_links(recorder.addresses.links(place, composed.champion))
        files = {"decision.md": markdown(page), "decision.html": html_page(page), "decision.json": json_page(page)}
        return RunPages(note(within), files)

    return written


def commit_links(source_control: SourceControl, commit: str) -> tuple[Link, ...]:
    """The commit's page, where the repository has one."""
    address = source_control.commit_address(commit) if commit else None
    return (Link("The commit", address),) if address else ()


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:7]


def _is_written(receipt: Receipt, path: Path) -> bool:
    try:
        return read_record(path, Receipt) == receipt
    except EvidenceError:  # not there yet, or spoilt: it is written anew
        return False
