"""What must hold in a store whatever happened to those who wrote to it, read from its tables and folders alone.

None of the code on trial is used but the digest of a bundle. This is about runs and versions; `ledger_invariants` is about the
ledger and what follows from it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from modelratchet.adapters.mlflow.address import ARTIFACTS_FOLDER
from modelratchet.errors import RatchetError
from modelratchet.storage.bundles import read_bundle

DELETED = "Deleted_Internal"
LEDGER_SUFFIX = ".promotions"

# what belongs to one model, in every table that could tell of a change
_OWN_ROWS = {
    "registered_models": "name IN (:model, :ledger)",
    "registered_model_tags": "name IN (:model, :ledger)",
    "registered_model_aliases": "name IN (:model, :ledger)",
    "model_versions": "name IN (:model, :ledger)",
    "model_version_tags": "name IN (:model, :ledger)",
    "runs": "experiment_id IN (SELECT experiment_id FROM experiments WHERE name = :model)",
    **dict.fromkeys(
        ("tags", "params", "metrics"),
        "run_uuid IN (SELECT run_uuid FROM runs JOIN experiments USING (experiment_id) WHERE experiments.name = :model)",
    ),
}


@dataclass(frozen=True)
class StoredVersion:
    """A row of model versions and its tags."""

    number: int
    run_id: str
    source: str
    tags: dict[str, str]


@dataclass(frozen=True)
class Store:
    """A SQLite store, its own or behind a server, the model that is asked about, and its project's folder."""

    folder: Path
    model: str
    project: Path

    @property
    def artifacts(self) -> Path:
        """Where all runs keep their files."""
        return self.folder / ARTIFACTS_FOLDER

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database, which is opened for reading only."""
        uri = f"file:{self.folder / 'mlflow.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=60)) as connection:
            return connection.execute(query, values).fetchall()

    def versions(self, model: str) -> list[StoredVersion]:
        """Versions that were not deleted, lowest first."""
        tags: dict[int, dict[str, str]] = {}
        for number, key, value in self.rows("SELECT version, key, value FROM model_version_tags WHERE name = ?", model):
            tags.setdefault(int(str(number)), {})[str(key)] = str(value)
        found = self.rows(
            "SELECT version, run_id, source FROM model_versions WHERE name = ? AND current_stage != ? ORDER BY version",
            model,
            DELETED,
        )
        return [
            StoredVersion(int(str(n)), str(run), str(source), tags.get(int(str(n)), {})) for n, run, source in found
        ]

    def n_void(self) -> int:
        """How many events of the ledger are there a second time."""
        events = [version.tags.get("ratchet.event") for version in self.versions(self.model + LEDGER_SUFFIX)]
        return len(events) - len(set(events))

    def aliases(self) -> dict[str, str]:
        """The version that each alias of the model names."""
        found = self.rows("SELECT alias, version FROM registered_model_aliases WHERE name = ?", self.model)
        return {str(alias): str(version) for alias, version in found}

    def bundle_folder(self, source: str) -> Path:
        """Where a version's bundle lies, on this machine or behind the server."""
        relative = source.removeprefix("mlflow-artifacts:/").lstrip("/")
        place = (
            self.artifacts / relative
            if source.startswith("mlflow-artifacts:")
            else Path(source.removeprefix("file://"))
        )
        return place / "artifacts" / "bundle"

    def fingerprint(self) -> str:
        """Changes with any value that is kept of the model, its runs and its ledger."""
        names = {"model": self.model, "ledger": self.model + LEDGER_SUFFIX}
        uri, seen = f"file:{self.folder / 'mlflow.db'}?mode=ro", hashlib.sha256()
        with closing(sqlite3.connect(uri, uri=True, timeout=60)) as connection:
            for table, condition in _OWN_ROWS.items():
                found = connection.execute(f"SELECT * FROM {table} WHERE {condition}", names).fetchall()
                seen.update(repr((table, sorted(map(repr, found)))).encode())
        return seen.hexdigest()


def faults_of_registry(store: Store, n_versions: int) -> Iterator[str]:
    """Say what is wrong with runs and versions; nothing, if all is well.

    Args:
        store: the store and model.
        n_versions: how many bundles were recorded.
    """
    found = store.versions(store.model)
    if len(found) != n_versions:
        yield f"{len(found)} versions of {n_versions} bundles"
    for version in found:
        yield from _faults_of_version(store, version)
    for digest, count in Counter(version.tags.get("ratchet.bundle_digest") for version in found).items():
        if count > 1:
            yield f"{count} versions of bundle {digest}"
    yield from _faults_of_runs(store, found)


def _faults_of_version(store: Store, version: StoredVersion) -> Iterator[str]:
    if version.tags.get("ratchet.state") != "whole":
        yield f"version {version.number} is not whole"
    try:
        digest = read_bundle(store.bundle_folder(version.source)).digest
    except RatchetError as error:
        yield f"version {version.number} has no bundle: {error.message}"
        return
    if digest != version.tags.get("ratchet.bundle_digest"):
        yield f"version {version.number} holds other bytes than its tag says"


def _faults_of_runs(store: Store, found: list[StoredVersion]) -> Iterator[str]:
    runs = store.rows(
        "SELECT run_uuid, status, (SELECT value FROM tags WHERE tags.run_uuid = runs.run_uuid AND key = 'ratchet.key')"
        " FROM runs JOIN experiments USING (experiment_id) WHERE experiments.name = ? AND runs.lifecycle_stage = 'active'",
        store.model,
    )
    finished = {str(run) for run, status, _ in runs if status == "FINISHED"}
    if len(finished) < len(runs):
        yield f"{len(runs) - len(finished)} of {len(runs)} runs are not finished"
    for key, count in Counter(key for _, _, key in runs).items():
        if count > 1:
            yield f"{count} runs of key {key}"
    for version in found:
        for run in (version.run_id, version.tags.get("ratchet.verdict_run", "")):
            if run not in finished:
                yield f"version {version.number} names run {run}, which is no finished one"
