"""The port `ModelRegistry` on MLflow, the same over SQLite, another database or a server.

Only a version marked whole counts; how it comes to be is in `recording`. Processes on one machine that record one bundle
take turns by a file lock; on two machines both may record, and `versions.settle` keeps one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from modelratchet.adapters.mlflow import run_facts, runs, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import is_missing, translated
from modelratchet.adapters.mlflow.recording import Recording
from modelratchet.adapters.mlflow.store import connect
from modelratchet.adapters.mlflow.stored_bundle import read_stored
from modelratchet.core.run_facts import RunFacts
from modelratchet.errors import EvidenceError, RatchetError, TrackingError
from modelratchet.storage.bundles import read_bundle, write_bundle
from modelratchet.usecases.ports import CandidateRecord, RegisteredVersion

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION_ALIAS = "champion"
RECORD_LOCK_SECONDS = 600


class MlflowRegistry:
    """Runs and model versions in MLflow. MLflow is imported by the first call that needs it."""

    def __init__(self, address: StoreAddress) -> None:
        """Remember where the store is; nothing is opened yet."""
        self._address = address

    @cached_property
    def _client(self) -> MlflowClient:
        return connect(self._address)

    @property
    def _is_absent(self) -> bool:
        return self._address.database is not None and not self._address.database.exists()

    def champion(self, model: str) -> RegisteredVersion | None:
        """The version that the alias `champion` names."""
        if self._is_absent:
            return None
        with translated(self._address, f"tell the champion of {model}"):
            try:
                version = self._client.get_model_version_by_alias(model, CHAMPION_ALIAS)
            except Exception as error:
                if is_missing(error) or ("alias" in str(error) and "not found" in str(error)):
                    return None
                raise
        return _trusted(version)

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        """The whole version whose latest verdict is that of the key."""
        if self._is_absent:
            return None
        with translated(self._address, f"look up versions of {model}"):
            found = versions.versions_of_verdict(self._client, model, key)
            whole = [version for version in found if versions.is_whole(version)]
        return _trusted(whole[0]) if whole else None

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Write a version's verified bundle to `directory`."""
        stored = read_stored(self._client, self._address, version.model, version.version, version.bundle_digest)
        write_bundle(stored, directory)

    def facts(self, version: RegisteredVersion) -> RunFacts:
        """What the run that made a version says of it."""
        with translated(self._address, f"tell the run of version {version.version} of {version.model}"):
            run = runs.living_run(self._client, version.run_id)
            if run is not None:
                return run_facts.facts_of_run(version, run)
            return run_facts.facts_of_version(version, self._client.get_model_version(version.model, version.version))

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record a candidate, or find it recorded."""
        found = self.find(candidate.model, candidate.key)
        if found is not None:
            return found
        digest = read_bundle(candidate.bundle).digest
        try:
            with FileLock(self._record_lock(candidate.model, digest), timeout=RECORD_LOCK_SECONDS):
                return self.find(candidate.model, candidate.key) or self._record(candidate, digest)
        except Timeout as error:
            raise TrackingError(
                f"another process has been recording this bundle for {RECORD_LOCK_SECONDS} s",
                hint="Wait for it, or end it, and run again.",
            ) from error

    def _record(self, candidate: CandidateRecord, digest: str) -> RegisteredVersion:
        try:
            with translated(self._address, f"record {candidate.run_name}"):
                return _trusted(Recording(self._client, self._address, candidate, digest).complete())
        except RatchetError:
            # a process elsewhere may have recorded the same candidate, and cleared our run away
            found = self._find_quietly(candidate)
            if found is None:
                raise
            return found

    def _find_quietly(self, candidate: CandidateRecord) -> RegisteredVersion | None:
        try:
            return self.find(candidate.model, candidate.key)
        except RatchetError:
            return None

    def _record_lock(self, model: str, digest: str) -> str:
        name = hashlib.sha256(f"{self._address.uri} {model} {digest}".encode()).hexdigest()[:24]
        return str(Path(tempfile.gettempdir()) / f"ratchet-record-{os.getuid()}-{name}.lock")


def _trusted(version: ModelVersion) -> RegisteredVersion:
    found = versions.registered(version)
    if not (found.bundle_digest and versions.is_whole(version)):
        raise EvidenceError(
            f"version {found.version} of {found.model} was not recorded whole by `ratchet`",
            hint="Point the alias at a version that `ratchet` recorded.",
        )
    return found
