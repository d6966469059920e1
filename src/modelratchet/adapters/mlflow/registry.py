"""The port `ModelRegistry` on MLflow, the same over SQLite, another database or a server.

The order in `record` is what makes a kill harmless: run, values, files, read back, version, mark as whole. Only a
version marked whole counts. Processes on one machine take turns by a file lock; on two machines both may record,
and `versions.settle` keeps one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from modelratchet.adapters.mlflow import artifacts, model_files, runs, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import insisting, is_missing, translated
from modelratchet.adapters.mlflow.store import connect
from modelratchet.errors import DigestError, EvidenceError, OutsideError, RatchetError, TrackingError
from modelratchet.storage.bundles import Bundle, read_bundle, write_bundle
from modelratchet.usecases.ports import CandidateRecord, RegisteredVersion

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
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
        """The whole version of a key."""
        if self._is_absent:
            return None
        with translated(self._address, f"look up versions of {model}"):
            whole = [
                version for version in versions.versions_of(self._client, model, key) if versions.is_whole(version)
            ]
        return _trusted(whole[0]) if whole else None

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Write a version's verified bundle to `directory`."""
        write_bundle(self._read_stored(version, version.bundle_digest), directory)

    def _read_stored(self, version: RegisteredVersion, expected: str) -> Bundle:
        named = f"version {version.version} of {version.model}"
        with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
            with translated(self._address, f"hand over the bundle of {named}"):
                uri = self._client.get_model_version_download_uri(version.model, version.version)
                source = artifacts.repository(uri, self._address.uri)
                local = Path(source.download_artifacts(model_files.BUNDLE_PATH, dst_path=folder))
            bundle = read_bundle(local)
        if bundle.digest != expected:
            raise DigestError(
                f"{named} holds bundle {bundle.digest}, expected {expected}",
                hint="Someone changed the artifact store; restore it, or move the alias to a version that is whole.",
            )
        return bundle

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record a candidate, or find it recorded."""
        found = self.find(candidate.model, candidate.key)
        if found is not None:
            return found
        try:
            with FileLock(self._record_lock(candidate), timeout=RECORD_LOCK_SECONDS):
                return self.find(candidate.model, candidate.key) or self._record(candidate)
        except Timeout as error:
            raise TrackingError(
                f"another process has been recording this candidate for {RECORD_LOCK_SECONDS} s",
                hint="Wait for it, or end it, and run again.",
            ) from error

    def _record(self, candidate: CandidateRecord) -> RegisteredVersion:
        digest = read_bundle(candidate.bundle).digest
        try:
            with translated(self._address, f"record {candidate.run_name}"):
                experiment = runs.ensure_experiment(self._client, candidate.model, self._address.artifact_root)
                if not self._adopt(candidate, digest):
                    run = runs.open_run(self._client, experiment, candidate)
                    self._upload(candidate, run)
                    self._make_version(candidate, run, digest)
                return self._finish(candidate, experiment)
        except RatchetError:
            # a process elsewhere may have recorded the same candidate, and cleared our run away
            found = self._find_quietly(candidate)
            if found is None:
                raise
            return found

    def _upload(self, candidate: CandidateRecord, run: Run) -> None:
        with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
            staging = Path(folder)
            for name, path in candidate.attachments.items():
                _copy(path, staging / name)
            model_files.save_model(candidate, staging / model_files.MODEL_PATH)
            artifacts.upload(artifacts.repository(run.info.artifact_uri, self._address.uri), staging)
            runs.link_model(self._client, run.info.run_id, staging / model_files.MODEL_PATH)

    def _make_version(self, candidate: CandidateRecord, run: Run, digest: str) -> None:
        info = run.info
        versions.ensure_model(self._client, candidate.model)
        tags = {
            **candidate.tags,
            runs.KEY_TAG: candidate.key,
            versions.DIGEST_TAG: digest,
            versions.EXPERIMENT_TAG: info.experiment_id,
        }
        insisting(
            lambda: self._client.create_model_version(
                candidate.model,
                source=f"{info.artifact_uri.rstrip('/')}/{model_files.MODEL_PATH}",
                run_id=info.run_id,
                tags=tags,
                description=candidate.note,
            )
        )

    def _finish(self, candidate: CandidateRecord, experiment: str) -> RegisteredVersion:
        kept = versions.settle(self._client, candidate.model, candidate.key)
        if kept is None:
            raise TrackingError("the version that was just made is gone", hint="Run the same command again.")
        runs.close_run(self._client, kept.run_id)
        runs.close_others(self._client, experiment, candidate.key, kept.run_id)
        runs.reap(self._client, experiment)
        versions.mark_whole(self._client, kept)
        return _trusted(kept)

    def _adopt(self, candidate: CandidateRecord, digest: str) -> bool:
        """Whether a version of this key stands already, made by a process that was killed before it could mark it.

        A version is made after its files were read back; the bundle is read once more, for time has passed since.
        """
        for version in versions.versions_of(self._client, candidate.model, candidate.key):
            try:
                self._read_stored(_trusted(version), digest)
                return True
            except (EvidenceError, OutsideError):
                versions.discard_version(self._client, version)
        return False

    def _find_quietly(self, candidate: CandidateRecord) -> RegisteredVersion | None:
        try:
            return self.find(candidate.model, candidate.key)
        except RatchetError:
            return None

    def _record_lock(self, candidate: CandidateRecord) -> str:
        name = hashlib.sha256(f"{self._address.uri} {candidate.model} {candidate.key}".encode()).hexdigest()[:24]
        return str(Path(tempfile.gettempdir()) / f"ratchet-record-{os.getuid()}-{name}.lock")


def _trusted(version: ModelVersion) -> RegisteredVersion:
    found = versions.registered(version)
    if not found.bundle_digest:
        raise EvidenceError(
            f"version {found.version} of {found.model} carries no {versions.DIGEST_TAG}: it was not recorded by `ratchet`",
            hint="Point the alias at a version that `ratchet` recorded.",
        )
    return found


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
