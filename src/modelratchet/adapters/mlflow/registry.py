"""The port `ModelRegistry` on MLflow, the same over SQLite, another database or a server.

Only a version marked whole counts; how it comes to be is in `recording`. Processes on one machine that record one bundle
take turns by a file lock; on two machines both may record, and `versions.settle` keeps one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from modelratchet.adapters.mlflow import judged, run_facts, runs, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translated
from modelratchet.adapters.mlflow.model_digests import model_digest_of
from modelratchet.adapters.mlflow.recording import Recording
from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.adapters.mlflow.store import connect
from modelratchet.adapters.mlflow.stored_bundle import read_stored
from modelratchet.core.reports import EVIDENCE_NAME, VERDICT_NAME
from modelratchet.core.run_facts import RunFacts
from modelratchet.errors import EvidenceError, RatchetError, TrackingError, UnreachableError
from modelratchet.storage.bundles import Bundle, read_bundle, write_bundle
from modelratchet.usecases.ports.registry import CandidateRecord, RecordedVerdict, RegisteredVersion

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion

RECORD_LOCK_SECONDS = 600


class MlflowRegistry:
    """Runs and model versions in MLflow. MLflow is imported by the first call that needs it."""

    def __init__(self, address: StoreAddress) -> None:
        """Remember where the store is; nothing is opened yet."""
        self._address = address

    @cached_property
    def _client(self) -> MlflowClient:
        return connect(self._address)

    def version(self, model: str, number: str) -> RegisteredVersion | None:
        """A whole version by its number."""
        if self._address.is_absent:
            return None
        with translated(self._address, f"look up version {number} of {model}"):
            found = versions.version_of_number(self._client, model, number)
            return self._registered(found) if found is not None and versions.is_trusted(found) else None

    def judged_on_holdout(self, model: str, holdout_digest: str) -> tuple[str, ...]:
        """Models judged on a holdout, the first judged first."""
        return self._judged(model, judged.HOLDOUT_TAG, holdout_digest)

    def judged_against_anchor(self, model: str, anchor_digest: str) -> tuple[str, ...]:
        """Models judged against an anchor, the first judged first."""
        return self._judged(model, judged.ANCHOR_TAG, anchor_digest)

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        """The whole version whose latest verdict is that of the key."""
        if self._address.is_absent:
            return None
        with translated(self._address, f"look up versions of {model}"):
            found = versions.versions_of_verdict(self._client, model, key)
            whole = [version for version in found if versions.is_whole(version)]
            return self._trusted(whole[0]) if whole else None

    def verdicts_on(self, model: str, judgement: str) -> tuple[RecordedVerdict, ...]:
        """Verdicts recorded of a judgement, the latest first."""
        if self._address.is_absent:
            return ()
        with translated(self._address, f"look up what was judged of {model}"):
            found = judged.runs_tagged(self._client, model, judged.JUDGEMENT_TAG, judgement)
        files = MlflowRunFiles(self._address)
        return tuple(filter(None, (_recorded_verdict(run, files) for run in reversed(found))))

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

    def show_override(self, version: RegisteredVersion, rewrite: Callable[[str], str]) -> None:
        """Put an override into the run's note and the version's description."""
        with translated(self._address, f"show the override of version {version.version} of {version.model}"):
            run = runs.living_run(self._client, version.verdict_run_id)
            note = rewrite(runs.note_of(run)) if run is not None else ""
            if run is not None and note != runs.note_of(run):
                runs.set_note(self._client, run.info.run_id, note)
            found = self._client.get_model_version(version.model, version.version)
            description = versions.described(rewrite(found.description or ""))
            if description != found.description:
                self._client.update_model_version(version.model, version.version, description=description)

    def name_commit(self, version: RegisteredVersion, commit: str) -> RegisteredVersion:
        """Put the commit on the version; what its run says stays."""
        with translated(self._address, f"name the commit of version {version.version} of {version.model}"):
            found = self._client.get_model_version(version.model, version.version)
            versions.name_commit(self._client, found, commit)
        return replace(version, commit=commit)

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record a candidate, or find it recorded."""
        found = self.find(candidate.model, candidate.key)
        if found is not None:
            return found
        bundle = read_bundle(candidate.bundle)
        try:
            with FileLock(self._record_lock(candidate.model, bundle.model_digest), timeout=RECORD_LOCK_SECONDS):
                return self.find(candidate.model, candidate.key) or self._record(candidate, bundle)
        except Timeout as error:
            raise TrackingError(
                f"another process has been recording this model for {RECORD_LOCK_SECONDS} s",
                hint="Wait for it, or end it, and run again.",
            ) from error

    def _judged(self, model: str, tag: str, digest: str) -> tuple[str, ...]:
        if self._address.is_absent:
            return ()
        with translated(self._address, f"look up what was judged of {model}"):
            return judged.models_judged(self._client, self._address, model, (tag, digest))

    def _record(self, candidate: CandidateRecord, bundle: Bundle) -> RegisteredVersion:
        try:
            with translated(self._address, f"record {candidate.run_name}"):
                return self._trusted(Recording(self._client, self._address, candidate, bundle).complete())
        except UnreachableError:
            raise
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

    def _registered(self, version: ModelVersion) -> RegisteredVersion:
        return versions.registered(version, model_digest_of(self._client, self._address, version))

    def _trusted(self, version: ModelVersion) -> RegisteredVersion:
        if not versions.is_trusted(version):
            raise EvidenceError(
                f"version {version.version} of {version.name} was not recorded whole by `ratchet`",
                hint="Run `ratchet run` to record the candidate.",
            )
        return self._registered(version)


def _recorded_verdict(run: Run, files: MlflowRunFiles) -> RecordedVerdict | None:
    run_id = str(run.info.run_id)
    try:
        verdict, evidence = (files.read(run_id, name) for name in (VERDICT_NAME, EVIDENCE_NAME))
    except EvidenceError:  # in MLflow's bin, its files gone
        return None
    if verdict is None or evidence is None:
        return None
    return RecordedVerdict(run_id, run.data.tags.get(runs.KEY_TAG, ""), verdict, evidence)
