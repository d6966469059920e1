"""Write down who reigns, for runs that may not ask the registry: a pull request from a fork has no password."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.exported_standing import (
    ANCHOR_FOLDER,
    CHAMPION_FOLDER,
    STANDING_FILE,
    ExportedStanding,
    ExportedVersion,
)
from modelratchet.core.ledger import History, StoredEvent
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.standing import Champion
from modelratchet.errors import EvidenceError
from modelratchet.storage.files import storage_error, write_record
from modelratchet.usecases.fetch_champion import Throne, named_version
from modelratchet.usecases.ports.registry import RunFiles

HOLDOUT_TAG = "ratchet.holdout_digest"
"""The tag of a run that names the rows it was judged on."""


@dataclass(frozen=True)
class Exported:
    """What was written: the record, and the ledger that it was made of."""

    standing: ExportedStanding
    history: History


def export_standing(throne: Throne, runs: RunFiles, model: str, folder: Path) -> Exported:
    """Write record and bundles to `folder`, in place of what an earlier export left there.

    Raises:
        TrackingError: the registry cannot be asked now.
        EvidenceError: the ledger cannot be believed, or the registry holds something else than it names.
        StorageError: the folder cannot be written.
    """
    history = throne.reader.history(model)
    staging = _staging(folder)
    try:
        versions = tuple(_fetched(throne, history, staging))
        standing = ExportedStanding(
            model=model,
            events=_events(throne, history),
            versions=versions,
            judged_on_holdout=_judged_on_holdouts(throne, runs, model),
            judged_against_anchor=_judged_against_anchor(throne, history),
        )
        write_record(staging / STANDING_FILE, standing)
        _put_in_place(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Exported(standing, history)


def _staging(folder: Path) -> Path:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise storage_error(folder, error) from error


def _events(throne: Throne, history: History) -> tuple[StoredEvent, ...]:
    """Those that the history was made of: one that came since may name a version whose bundle was not fetched."""
    believed = {item.number for item in history.accepted} | {item.number for item in history.void}
    return tuple(item for item in throne.reader.ledger.read(history.model) if item.number in believed)


def _fetched(throne: Throne, history: History, staging: Path) -> Iterator[ExportedVersion]:
    state = history.state
    roles: list[tuple[str, Champion]] = [(CHAMPION_FOLDER, state.champion)]
    if state.anchor != state.champion:
        roles.append((ANCHOR_FOLDER, state.anchor))
    for name, champion in roles:
        found = named_version(throne.registry, history.model, champion, f"`ratchet rollback` or `ratchet {name}`")
        if found is None:
            continue
        throne.registry.fetch_bundle(found, staging / name / BUNDLE_FOLDER)
        yield ExportedVersion(
            version=found.version,
            run_id=found.run_id,
            verdict_run_id=found.verdict_run_id,
            bundle_digest=found.bundle_digest,
            experiment_id=found.experiment_id,
            facts=throne.registry.facts(found),
            folder=name,
        )


def _judged_on_holdouts(throne: Throne, runs: RunFiles, model: str) -> dict[str, tuple[str, ...]]:
    holdouts = sorted({run.tags[HOLDOUT_TAG] for run in runs.runs(model) if HOLDOUT_TAG in run.tags})
    return {holdout: throne.registry.judged_on_holdout(model, holdout) for holdout in holdouts}


def _judged_against_anchor(throne: Throne, history: History) -> dict[str, tuple[str, ...]]:
    digest = history.state.anchor.bundle_digest
    return {} if digest is None else {digest: throne.registry.judged_against_anchor(history.model, digest)}


def _put_in_place(staging: Path, folder: Path) -> None:
    if folder.exists() and not (folder / STANDING_FILE).is_file() and any(folder.iterdir()):
        raise EvidenceError(
            f"{folder} holds something else than an exported standing", hint="Name another folder, or an empty one."
        )
    try:
        staging.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        staging.replace(folder)
    except OSError as error:
        raise storage_error(folder, error) from error
