"""Make a version again from its commit and its data, and say how far the two agree. `ratchet reproduce` calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.agreement import Agreement
from modelratchet.core.reproduction import Reproduction, partings_of, sameness_of
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.usecases.ports.pipeline import PipelineRunner, RunRequest, StageEvent
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion, RunFiles
from modelratchet.usecases.ports.sources import Checkouts
from modelratchet.usecases.run_pipeline import run_pipeline

LAST_STAGE = "convert"


@dataclass(frozen=True)
class Places:
    """Where a project keeps these, relative to its folder."""

    bundle: Path
    holdout: Path
    journal: Path


@dataclass(frozen=True)
class Asking:
    """Asks two bundles the rows of a file. `tolerance` is that of a project's own settings."""

    agreement: Callable[[Bundle, Bundle, Path], Agreement | None]
    tolerance: Callable[[Path], float]


@dataclass(frozen=True)
class Workshop:
    """What making again talks to. `runner` gives the pipeline of a folder; `watch` is told of its stages."""

    registry: ModelRegistry
    files: RunFiles
    checkouts: Checkouts
    runner: Callable[[Path], PipelineRunner]
    asking: Asking
    places: Places
    watch: Callable[[StageEvent], None]


def reproduce(model: str, number: str, workshop: Workshop, folder: Path) -> Reproduction:
    """Make the version again below `folder`, which the caller takes away with `Checkouts.discard`.

    Raises:
        EvidenceError: the version is not there, was made from sources that no commit holds, its commit or data is gone, or its pipeline fails today.
        TrackingError: the registry cannot be asked now.
    """
    version = workshop.registry.version(model, number)
    if version is None:
        raise MissingEvidenceError(
            f"there is no whole version {number} of {model}", hint="`ratchet history` lists the promoted ones."
        )
    commit = _commit_of(version, workshop.files)
    original = folder / "original"
    workshop.registry.fetch_bundle(version, original)
    project = workshop.checkouts.check_out(commit, folder / "checkout")
    _remake(project, workshop)
    pair = (read_bundle(original), read_bundle(project / workshop.places.bundle))
    is_identical = pair[0].digest == pair[1].digest
    agreement = None if is_identical else workshop.asking.agreement(*pair, project / workshop.places.holdout)
    tolerance = workshop.asking.tolerance(project)
    return Reproduction(
        model=version.model,
        version=version.version,
        commit=commit,
        sameness=sameness_of(is_identical, agreement, tolerance),
        expected_digest=pair[0].digest,
        found_digest=pair[1].digest,
        tolerance=tolerance,
        agreement=agreement,
        partings=partings_of(pair[0].manifest, pair[1].manifest),
    )


def _commit_of(version: RegisteredVersion, files: RunFiles) -> str:
    if version.commit:
        return version.commit
    run = files.run(version.run_id)
    tags = run.tags if run else {}
    commit, dirty = tags.get("git.commit", "unknown"), tags.get("git.dirty", "unknown")
    named = f"version {version.version} of {version.model}"
    if commit == "unknown":
        raise EvidenceError(f"{named} was made outside a git repository: there is no commit to make it from again")
    if dirty != "no":
        state = "with changes that were not committed" if dirty == "yes" else "in a state that git could not tell"
        raise EvidenceError(
            f"{named} was made from commit {commit} {state}: what made it is nowhere kept",
            hint="Commit just those changes and run `ratchet run`: it names the commit that makes the same bundle.",
        )
    return commit


def _remake(project: Path, workshop: Workshop) -> None:
    request = RunRequest((LAST_STAGE,), force=False, journal=project / workshop.places.journal)
    outcome = run_pipeline(workshop.runner(project), request, workshop.watch)
    if outcome.has_ended_well:
        return
    failed = outcome.failed
    said = f"{failed.stage}: {failed.message}" if failed else "its engine stopped before any stage did"
    raise EvidenceError(
        f"the pipeline of that commit does not run to its end today: {said}", hint=failed.hint if failed else ""
    )
