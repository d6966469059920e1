"""Compose the decision page of the latest run from what the stages left. Called by `decide`, `record` and `ratchet gate report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from modelratchet.core.changes import Changes, Origin, changes_between
from modelratchet.core.flattening import flat_params
from modelratchet.core.formats import digest_of
from modelratchet.core.links import Link
from modelratchet.core.manifest import BUNDLE_FOLDER, MANIFEST_FILE, Manifest
from modelratchet.core.page.building import Surroundings, page_of
from modelratchet.core.page.model import Page
from modelratchet.core.policy import Policy
from modelratchet.core.run_facts import RUN_FACTS_FILE, DatasetFacts, RunFacts
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.storage.files import read_record
from modelratchet.usecases.ports.registry import RunPlace
from modelratchet.usecases.ports.run_datasets import DatasetReader, RunDataset
from modelratchet.usecases.ports.sources import Revision
from modelratchet.usecases.read_report import Report, ReportFiles, read_report


@dataclass(frozen=True)
class PageFiles:
    """What the page is made of. `reigning` is the champion's folder: its bundle, and its run's facts."""

    report: ReportFiles
    policy: Path
    bundle: Path
    train: Path
    holdout: Path
    reigning: Path


@dataclass(frozen=True)
class Composed:
    """A page, with the run of the champion that it is about (None without one)."""

    page: Page
    champion: RunPlace | None

    def with_links(self, links: tuple[Link, ...]) -> Page:
        """The page with further links."""
        return replace(self.page, links=(*links, *self.page.links))


def compose_page(files: PageFiles, candidate: Origin, links: tuple[Link, ...] = (), override: str = "") -> Composed:
    """Read the records, check that they belong together, and build the page.

    Raises:
        MissingEvidenceError: the pipeline has not reached its verdict yet.
        EvidenceError: verdict, evidence and policy are not of one run.
    """
    report = read_report(files.report)
    policy = _policy(files.policy, report)
    facts = _champion(files.reigning, report)
    changes = _changes(files.reigning, facts, candidate) if facts else None
    page = page_of(report.verdict, report.evidence, policy, Surroundings(changes, links, override))
    return Composed(page, RunPlace(facts.experiment_id, facts.run_id) if facts else None)


def candidate_origin(
    files: PageFiles, reader: DatasetReader, settings: Mapping[str, object], revision: Revision | None
) -> Origin:
    """Where the candidate comes from; without a revision no commit is named."""
    datasets = described(reader, files.train, files.holdout)
    return origin_of(files.bundle, datasets, flat_params(settings), revision)


def origin_of(
    bundle: Path, datasets: tuple[RunDataset, ...], params: Mapping[str, str], revision: Revision | None
) -> Origin:
    """The same from parts that are known already."""
    return Origin(
        params=params,
        datasets=tuple(DatasetFacts(item.name, item.digest, item.n_rows) for item in datasets),
        commit=revision.commit if revision else "",
        is_dirty=bool(revision and revision.is_dirty),
        lineage=read_record(bundle / MANIFEST_FILE, Manifest).lineage,
    )


def described(reader: DatasetReader, train: Path, holdout: Path) -> tuple[RunDataset, RunDataset]:
    """The rows that the candidate was fitted to and judged on."""
    return reader.describe(train, "train", "training"), reader.describe(holdout, "holdout", "holdout")


def _policy(path: Path, report: Report) -> Policy:
    policy = read_record(path, Policy)
    if digest_of(policy) != report.verdict.policy_digest:
        raise EvidenceError(
            f"{path} is not the policy that the verdict was decided by",
            hint="One of them was changed by hand: run `ratchet run` to decide again.",
        )
    return policy


def _champion(reigning: Path, report: Report) -> RunFacts | None:
    """Facts of the champion that the verdict is about; another one may have been fetched since."""
    try:
        facts = read_record(reigning / RUN_FACTS_FILE, RunFacts)
    except MissingEvidenceError:
        return None
    return facts if facts.version == report.verdict.champion_version else None


def _changes(reigning: Path, facts: RunFacts, candidate: Origin) -> Changes:
    manifest = read_record(reigning / BUNDLE_FOLDER / MANIFEST_FILE, Manifest)
    champion = Origin(
        params=facts.params,
        datasets=facts.datasets,
        commit=facts.tags.get("git.commit", ""),
        is_dirty=facts.tags.get("git.dirty") == "yes",
        lineage=manifest.lineage,
    )
    return changes_between(facts.version, champion, candidate)
