"""Runs and model versions: what is recorded of a candidate, and who keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modelratchet.core.links import Link
from modelratchet.core.run_facts import RunFacts
from modelratchet.usecases.ports.run_datasets import RunDataset


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of a registered model that is whole: its bundle was read back and its digests compared.

    `run_id` is the run that made it, `verdict_run_id` the run of the latest verdict on it; they differ once a bundle has
    been judged again, under another policy, say. `commit` holds all that made the bundle; it is empty where no commit is known that does.
    `model_digest` is of its graph and schema.
    """

    model: str
    version: str
    run_id: str
    verdict_run_id: str
    bundle_digest: str
    experiment_id: str
    commit: str = ""
    model_digest: str = ""


@dataclass(frozen=True)
class RunPlace:
    """A run in the registry."""

    experiment_id: str
    run_id: str


@dataclass(frozen=True)
class RunPages:
    """What a run shows of its verdict: `note` is Markdown for the run's own page, `files` maps names at the artifact root to texts."""

    note: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class CandidateRecord:
    """One candidate as it goes to the registry.

    `key` names the verdict and makes recording idempotent: a run that carries it already is found, not made again.
    A model has one version, in whatever bundles it comes and however often it is judged: `verdict_tags` are of the latest verdict, `tags` of the
    first one.
    `attachments` maps a name at the artifact root (`roc.png`, `verdict.json`) to the local file; MLflow's compare page pairs
    only files at the root that have equal names. `pages` writes the verdict's pages, once the run that they link to is made; equal places
    give equal pages. `example` holds a few holdout rows, features only.
    """

    model: str
    key: str
    run_name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    verdict_tags: Mapping[str, str]
    datasets: tuple[RunDataset, ...]
    attachments: Mapping[str, Path]
    bundle: Path
    pages: Callable[[RunPlace], RunPages]
    example: tuple[Mapping[str, float | str | None], ...]


@dataclass(frozen=True)
class RecordedVerdict:
    """A verdict and its evidence as they lie beside a run, not yet believed. `key` is the digest that the run was recorded under."""

    run_id: str
    key: str
    verdict: bytes
    evidence: bytes


class ModelRegistry(Protocol):
    """Runs and model versions."""

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Write a version's bundle to `directory`, whole and verified against its digest, or not at all.

        Raises:
            TrackingError: the registry cannot be asked now.
            DigestError: the stored bytes are not the ones that were registered.
        """

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        """The whole version whose latest verdict is the one that the key names, or None."""

    def version(self, model: str, number: str) -> RegisteredVersion | None:
        """A whole version by its number, or None.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def facts(self, version: RegisteredVersion) -> RunFacts:
        """What the run that made a version says of it. A run that someone deleted leaves the version's tags, and no params or datasets.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def show_override(self, version: RegisteredVersion, rewrite: Callable[[str], str]) -> None:
        """Put an override on the pages of a version and of its latest verdict's run.

        Args:
            version: whose.
            rewrite: gives a page's text with the override in it; one that has it stays as it is.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def name_commit(self, version: RegisteredVersion, commit: str) -> RegisteredVersion:
        """Say which commit holds what made a version that was made before it was committed; gives the version with it. Idempotent.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def judged_on_holdout(self, model: str, holdout_digest: str) -> tuple[str, ...]:
        """Digests of the models that a verdict was recorded on with this holdout, each once, the first judged first.

        What release 0.1 recorded, and no longer has the bundle of, is there by its bundle's digest.
        """

    def judged_against_anchor(self, model: str, anchor_digest: str) -> tuple[str, ...]:
        """The same with this anchor's bundle."""

    def verdicts_on(self, model: str, judgement: str) -> tuple[RecordedVerdict, ...]:
        """The verdicts that were recorded of one judgement (`core.judgement`), the latest first.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record a candidate: run, artifacts, version. Calling it again with the same key changes nothing.

        A model that has a version keeps it, with the bundle that it was first recorded in: a run is added, and the version gets the verdict's tags.

        Raises:
            TrackingError: the registry failed; nothing counts as whole, and a later call completes it.
        """


class RunAddresses(Protocol):
    """Where a browser shows runs."""

    def links(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        """The run, its Data Docs and, with a champion, the page that compares the two; as http(s) addresses that work from anywhere."""

    def links_within(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        """The same for a text that the registry's own page shows, under whatever address it is open."""


@dataclass(frozen=True)
class RecordedRun:
    """A whole run of a candidate. `key` is the digest of its verdict, `version` its bundle's version, `tags` all that it carries."""

    run_id: str
    key: str
    version: str
    tags: Mapping[str, str]


class RunFiles(Protocol):
    """The files at the artifact root of runs, by name."""

    def runs(self, model: str) -> tuple[RecordedRun, ...]:
        """All whole runs, the oldest first.

        Raises:
            TrackingError: the store cannot be asked now.
        """

    def run(self, run_id: str) -> RecordedRun | None:
        """A whole run, or None."""

    def read(self, run_id: str, name: str) -> bytes | None:
        """A file's bytes, not yet believed; None where the run has none of that name."""

    def attach(self, run_id: str, name: str, data: bytes) -> None:
        """Put a file beside the others, in place of one of that name, and read it back.

        Raises:
            TrackingError: the store cannot be asked now.
            DigestError: it was stored with other bytes.
        """
