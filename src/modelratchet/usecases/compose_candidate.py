"""What goes into the registry about a candidate: values, pages and files, from what the stages left. Called by `record_candidate`."""

from __future__ import annotations

from collections.abc import Callable

from modelratchet.core.changes import Origin
from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Evidence
from modelratchet.core.flattening import flat_params
from modelratchet.core.links import Link
from modelratchet.core.page.html_page import html_page
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import markdown, note
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import digest_file, read_record
from modelratchet.usecases.candidate_values import metrics_of, tags_of, verdict_tags_of
from modelratchet.usecases.compose_page import PageFiles, compose_page, described, origin_of
from modelratchet.usecases.ports.registry import CandidateRecord, RunPages, RunPlace
from modelratchet.usecases.ports.sources import SourceControl
from modelratchet.usecases.read_report import ReportFiles
from modelratchet.usecases.record_candidate import CandidateFiles, Recorder

EXAMPLE_ROWS = 5


def compose_candidate(verdict: Verdict, files: CandidateFiles, recorder: Recorder) -> CandidateRecord:
    """Read what the stages left, and check that it belongs to the verdict.

    Raises:
        EvidenceError: the files on disk do not belong together.
    """
    bundle = read_bundle(files.bundle)
    evidence = read_record(files.evidence, Evidence)
    if (bundle.model_digest, evidence.digest) != (verdict.model_digest, verdict.evidence_digest):
        raise EvidenceError(
            f"{files.verdict} is about another model or other evidence than {files.bundle} and {files.evidence}",
            hint="Run `ratchet run` to decide again.",
        )
    params = flat_params(recorder.settings())
    revision = recorder.source_control.revision()
    datasets = described(recorder.datasets, files.train, files.holdout)
    digests = {
        "bundle": bundle.digest,
        "model": bundle.model_digest,
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
        verdict_tags=verdict_tags_of(verdict, evidence),
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
    override = recorder.overrides(verdict)
    composed = compose_page(_page_files(files), origin, links, override)

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


def _page_files(files: CandidateFiles) -> PageFiles:
    report = ReportFiles(files.evidence, files.verdict, files.receipt)
    return PageFiles(report, files.policy, files.bundle, files.train, files.holdout, files.reigning)
