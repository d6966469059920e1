"""One candidate on its way into MLflow. Called by `registry.MlflowRegistry.record`, under its lock.

The order makes a kill harmless: run, values, note, files, read back, version, run finished, and last the one tag that makes it
count. A run that is finished is whole; a version is made only after its files were read back. So whoever comes after a
kill keeps what is whole and takes the rest off the list.

A model has one version, in the bundle that it first came in. A further verdict on it gets a run of its own, without the model, and the version's verdict
tags; of these the key is set last, so a kill in between shows as a verdict that is not recorded yet.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import artifacts, model_files, run_list, runs, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import insisting
from modelratchet.adapters.mlflow.model_digests import MODEL_TAG, versions_of_model
from modelratchet.adapters.mlflow.refusals import is_forbidden
from modelratchet.adapters.mlflow.stored_bundle import read_stored
from modelratchet.errors import EvidenceError, OutsideError, TrackingError, UnreachableError
from modelratchet.storage.bundles import Bundle
from modelratchet.usecases.ports.registry import CandidateRecord, RunPages, RunPlace

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion


@dataclass(frozen=True)
class Recording:
    """A candidate, its bundle, and where they go."""

    client: MlflowClient
    address: StoreAddress
    candidate: CandidateRecord
    bundle: Bundle

    def complete(self) -> ModelVersion:
        """Make what is missing, and give the model's version.

        Raises:
            TrackingError: another process took away what was made here.
        """
        experiment = runs.ensure_experiment(self.client, self.candidate.model, self.address.artifact_root)
        run_list.share_columns(self.client, experiment, self.candidate)
        run = self._run_on_standing_version(experiment)
        if run is None:
            run = self._versioned_run(experiment)
        version = versions.settle(self.client, self._versions())
        if version is None:
            raise TrackingError("the version that was just made is gone", hint="Run the same command again.")
        self._finish(experiment, version, self._run_that_counts(version, run))
        return self.client.get_model_version(version.name, version.version)

    def _versioned_run(self, experiment: str) -> Run:
        """A new run, and the model's version; neither where the server lets this user make the one and not the other."""
        made = self._new_run(experiment, with_model=True)
        try:
            self._make_version(made)
        except Exception as error:
            if is_forbidden(error):
                with suppress(Exception):  # who may not make a version may not throw a run away either, perhaps
                    runs.discard_run(self.client, made.run)
            raise
        return made.run

    def _run_on_standing_version(self, experiment: str) -> Run | None:
        """The run of this verdict, found or made, if the model has a version already."""
        version = self._standing_version()
        if version is None:
            return None
        return (
            runs.finished_run(self.client, experiment, self.candidate.key)
            or self._adopted_run(version)
            or self._new_run(experiment, with_model=False).run
        )

    def _standing_version(self) -> ModelVersion | None:
        """The model's version, if it stands; also one that a killed process could not mark any more.

        Such a one was made after its files were read back, but time has passed: they are read once more.
        """
        for version in self._versions():
            if versions.is_whole(version):
                return version
            try:
                digest = version.tags.get(versions.DIGEST_TAG, "")
                read_stored(self.client, self.address, version.name, version.version, digest)
                return version
            except UnreachableError:
                raise
            except (EvidenceError, OutsideError):
                versions.discard_version(self.client, version)
        return None

    def _versions(self) -> list[ModelVersion]:
        """Of this model: the whole ones first, of these the one in this very bundle, then the lowest. Whoever races here has them in one order."""
        found = versions_of_model(self.client, self.address, self.candidate.model, self.bundle.model_digest)
        return sorted(
            found, key=lambda item: (not versions.is_whole(item), self._is_other_bundle(item), int(item.version))
        )

    def _is_other_bundle(self, version: ModelVersion) -> bool:
        """Only between whole ones: of two that are being made, all have to keep the same."""
        return versions.is_whole(version) and version.tags.get(versions.DIGEST_TAG) != self.bundle.digest

    def _adopted_run(self, version: ModelVersion) -> Run | None:
        """The version's own run if it is of this verdict: its process was killed before it could close it."""
        run = runs.living_run(self.client, version.run_id)
        return run if run is not None and run.data.tags.get(runs.KEY_TAG) == self.candidate.key else None

    def _new_run(self, experiment: str, *, with_model: bool) -> _Uploaded:
        run = runs.open_run(self.client, experiment, self.candidate)
        pages = self._pages(run.info.run_id, experiment)
        runs.set_note(self.client, run.info.run_id, pages.note)
        with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
            staging = Path(folder)
            for name, path in self.candidate.attachments.items():
                _copy(path, staging / name)
            for name, text in pages.files.items():
                (staging / name).write_text(text, encoding="utf-8")
            if with_model:
                model_files.save_model(self.candidate, staging / model_files.MODEL_PATH)
            artifacts.upload(artifacts.repository(run.info.artifact_uri, self.address.uri), staging)
            if not with_model:
                return _Uploaded(run, "")
            model = staging / model_files.MODEL_PATH
            runs.link_model(self.client, run.info.run_id, model)
            return _Uploaded(run, artifacts.digest_below(model))

    def _make_version(self, made: _Uploaded) -> None:
        info = made.run.info
        versions.ensure_model(self.client, self.candidate.model)
        tags = {
            **self.candidate.tags,
            **self._verdict_tags(info.run_id),
            runs.KEY_TAG: self.candidate.key,
            MODEL_TAG: self.bundle.model_digest,
            versions.DIGEST_TAG: self.bundle.digest,
            versions.FILES_DIGEST_TAG: made.model_digest,
            versions.EXPERIMENT_TAG: info.experiment_id,
        }
        insisting(
            lambda: self.client.create_model_version(
                self.candidate.model,
                source=f"{info.artifact_uri.rstrip('/')}/{model_files.MODEL_PATH}",
                run_id=info.run_id,
                tags=tags,
                description=versions.described(self._pages(info.run_id, info.experiment_id).note),
            )
        )

    def _run_that_counts(self, version: ModelVersion, run: Run) -> str:
        """Two machines may have made a run each for one verdict: it is the one that the version names."""
        named: str = version.tags.get(versions.VERDICT_RUN_TAG, "")
        is_ours = version.tags.get(versions.VERDICT_TAG) == self.candidate.key
        return named if is_ours and runs.living_run(self.client, named) else str(run.info.run_id)

    def _finish(self, experiment: str, version: ModelVersion, run_id: str) -> None:
        insisting(lambda: self.client.set_tag(run_id, versions.NUMBER_TAG, str(version.version)))
        runs.close_run(self.client, run_id)
        runs.close_others(self.client, experiment, self.candidate.key, run_id)
        runs.reap(self.client, experiment)
        if version.tags.get(versions.VERDICT_TAG) != self.candidate.key:
            description = versions.described(self._pages(run_id, experiment).note)
            self.client.update_model_version(version.name, version.version, description=description)
            # a version's tags do not show in what a server tells of the model, which `probe` watches; this one does
            insisting(
                lambda: self.client.set_registered_model_tag(version.name, versions.VERDICT_TAG, self.candidate.key)
            )
        versions.set_tags(self.client, version, self._verdict_tags(run_id))
        versions.mark_whole(self.client, version)

    def _pages(self, run_id: str, experiment: str) -> RunPages:
        return self.candidate.pages(RunPlace(str(experiment), str(run_id)))

    def _verdict_tags(self, run_id: str) -> dict[str, str]:
        """In the order in which they are set: the key comes last."""
        return {
            **self.candidate.verdict_tags,
            versions.VERDICT_RUN_TAG: run_id,
            versions.VERDICT_TAG: self.candidate.key,
        }


@dataclass(frozen=True)
class _Uploaded:
    """A run whose files were read back, and the digest of the MLflow model among them; empty where there is none."""

    run: Run
    model_digest: str


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
