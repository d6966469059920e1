"""The port `RunFiles` on MLflow: the files at the artifact root of finished runs."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import artifacts, runs, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translated
from modelratchet.adapters.mlflow.store import connect
from modelratchet.core.digests import digest_bytes
from modelratchet.errors import MissingEvidenceError
from modelratchet.usecases.ports.registry import RecordedRun

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

FINISHED = "FINISHED"


class MlflowRunFiles:
    """Files of runs. MLflow is imported by the first call."""

    def __init__(self, address: StoreAddress) -> None:
        """Remember where the store is; nothing is opened yet."""
        self._address = address

    @cached_property
    def _client(self) -> MlflowClient:
        return connect(self._address)

    def runs(self, model: str) -> tuple[RecordedRun, ...]:
        """All whole runs of a model's experiment, the oldest first."""
        if self._address.is_absent:
            return ()
        with translated(self._address, f"list the runs of {model}"):
            experiment = self._client.get_experiment_by_name(model)
            if experiment is None:
                return ()
            found: list[Run] = []
            token: str | None = None
            while token != "":
                page = self._client.search_runs(
                    [experiment.experiment_id],
                    f"attributes.status = '{FINISHED}'",
                    order_by=["attributes.start_time ASC"],
                    page_token=token,
                )
                found += page
                token = page.token or ""
        return tuple(_recorded(run) for run in found if runs.KEY_TAG in run.data.tags)

    def run(self, run_id: str) -> RecordedRun | None:
        """A whole run by its id."""
        with translated(self._address, f"tell of run {run_id}"):
            found = runs.living_run(self._client, run_id)
        return _recorded(found) if found is not None and found.info.status == FINISHED else None

    def read(self, run_id: str, name: str) -> bytes | None:
        """A file's bytes."""
        repository = self._repository(run_id)
        with translated(self._address, f"hand over {name} of run {run_id}"):
            if name not in {item.path for item in repository.list_artifacts("") if not item.is_dir}:
                return None
            with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
                return Path(repository.download_artifacts(name, dst_path=folder)).read_bytes()

    def attach(self, run_id: str, name: str, data: bytes) -> None:
        """Store a file and read it back."""
        repository = self._repository(run_id)
        with translated(self._address, f"store {name} beside run {run_id}"):
            with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
                path = Path(folder) / name
                path.write_bytes(data)
                repository.log_artifact(str(path))
            found = self.read(run_id, name)
        artifacts.require_same({name: digest_bytes(data)}, {} if found is None else {name: digest_bytes(found)})

    def _repository(self, run_id: str) -> ArtifactRepository:
        with translated(self._address, f"find run {run_id}"):
            run = runs.living_run(self._client, run_id)
            if run is None:
                raise MissingEvidenceError(
                    f"run {run_id} is not in MLflow at {self._address.shown}",
                    hint="It was deleted; restore it from MLflow's bin (`mlflow runs restore`) or a backup.",
                )
            return artifacts.repository(run.info.artifact_uri, self._address.uri)


def _recorded(run: Run) -> RecordedRun:
    tags = dict(run.data.tags)
    return RecordedRun(str(run.info.run_id), tags.get(runs.KEY_TAG, ""), tags.get(versions.NUMBER_TAG, ""), tags)
