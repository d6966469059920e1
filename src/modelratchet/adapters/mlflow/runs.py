"""One run per candidate: made with its key, filled in batches, closed; and what killed processes left is closed too.

A lost reply makes MLflow's client post again, so one call may leave two runs. Both carry the key. The run that
counts is the one that the whole version names; `close_others` takes the rest off the list.
"""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.errors import insisting, is_missing, is_taken
from modelratchet.usecases.ports.registry import CandidateRecord
from modelratchet.usecases.ports.run_datasets import RunDataset

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run

KEY_TAG = "ratchet.key"
LEASE_SECONDS = 6 * 3600
NOTE_TAG = "mlflow.note.content"
_VALUE_LIMIT = 5000
_PARAMS_A_BATCH = 100
_METRICS_A_BATCH = 800
_SHOWN_DIGEST = 16

# MLflow's names for column types; all others are shown as text
_COLUMN_TYPES = {"float32": "float", "float64": "double", "int32": "integer", "int64": "long", "bool": "boolean"}


def ensure_experiment(client: MlflowClient, name: str, artifact_root: str) -> str:
    """The experiment of that name, made if need be; its number."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)
    try:
        location = f"{artifact_root.rstrip('/')}/{name}" if artifact_root else None
        return str(client.create_experiment(name, artifact_location=location))
    except Exception as error:
        if not is_taken(error):
            raise
        return str(client.get_experiment_by_name(name).experiment_id)


def open_run(client: MlflowClient, experiment: str, candidate: CandidateRecord) -> Run:
    """Start a run that carries the candidate's key, and log all but its files and its note."""
    tags = {
        **{name: _cut(value, _VALUE_LIMIT) for name, value in {**candidate.tags, **candidate.verdict_tags}.items()},
        KEY_TAG: candidate.key,
        "mlflow.user": _user(),
        "mlflow.source.type": "PROJECT",
        "mlflow.source.name": "ratchet run",
        "mlflow.source.git.commit": candidate.tags.get("git.commit", ""),
    }
    run = client.create_run(experiment, tags=tags, run_name=candidate.run_name)
    _log_values(client, run, candidate)
    datasets = [_dataset_input(dataset) for dataset in candidate.datasets]
    insisting(lambda: client.log_inputs(run.info.run_id, datasets=datasets))
    return run


def set_note(client: MlflowClient, run_id: str, note: str) -> None:
    """Give a run the text that its page shows. It names the run itself, so it comes after the run was made."""
    insisting(lambda: client.set_tag(run_id, NOTE_TAG, note))


def note_of(run: Run) -> str:
    """The text that a run's page shows."""
    return str(run.data.tags.get(NOTE_TAG, ""))


def finished_run(client: MlflowClient, experiment: str, key: str) -> Run | None:
    """The first whole run of a key: one is finished only after its files were read back."""
    finished = [run for run in runs_of(client, experiment, key) if run.info.status == "FINISHED"]
    return min(finished, key=lambda run: (run.info.start_time, run.info.run_id), default=None)


def living_run(client: MlflowClient, run_id: str) -> Run | None:
    """A run, unless it is in the bin or was never there."""
    if not run_id:
        return None
    try:
        run = client.get_run(run_id)
    except Exception as error:
        if is_missing(error):
            return None
        raise
    return run if run.info.lifecycle_stage == "active" else None


def close_run(client: MlflowClient, run_id: str) -> None:
    """Mark a run as finished."""
    client.set_terminated(run_id, "FINISHED")


def close_others(client: MlflowClient, experiment: str, key: str, run_id: str) -> None:
    """Take every other run of that key off the list: they came from a lost reply or a killed process."""
    for other in runs_of(client, experiment, key):
        if other.info.run_id != run_id:
            discard_run(client, other)


def link_model(client: MlflowClient, run_id: str, model_folder: Path) -> None:
    """Tell the run that the model among its artifacts is one, so that MLflow's list of runs shows it."""
    from mlflow.models import Model

    described = Model.load(str(model_folder)).get_tags_dict()
    described.update(run_id=run_id, artifact_path=model_folder.name)
    client.set_tag(run_id, "mlflow.log-model.history", json.dumps([described]))


def reap(client: MlflowClient, experiment: str) -> None:
    """Close runs that a killed process left open, whatever their key, when they are older than any record takes."""
    before = int((time.time() - LEASE_SECONDS) * 1000)
    stale = client.search_runs([experiment], f"attributes.status = 'RUNNING' AND attributes.start_time < {before}")
    for run in stale:
        if KEY_TAG in run.data.tags:
            discard_run(client, run)


def discard_run(client: MlflowClient, run: Run) -> None:
    """Mark a run as killed and move it to MLflow's bin."""
    try:
        if run.info.status == "RUNNING":
            client.set_terminated(run.info.run_id, "KILLED")
        client.delete_run(run.info.run_id)
    except Exception as error:  # another process that cleans up at the same time was first
        if not (is_missing(error) or "deleted" in str(error)):
            raise


def runs_of(client: MlflowClient, experiment: str, key: str) -> list[Run]:
    """All runs that carry a key and are not in the bin."""
    return list(client.search_runs([experiment], f"tags.`{KEY_TAG}` = '{key}'"))


def _log_values(client: MlflowClient, run: Run, candidate: CandidateRecord) -> None:
    from mlflow.entities import Metric, Param

    # one time for all: logging the same metric again then changes nothing
    moment = run.info.start_time
    params = iter([Param(name, _cut(value, _VALUE_LIMIT)) for name, value in candidate.params.items()])
    metrics = iter([Metric(name, value, moment, 0) for name, value in candidate.metrics.items()])
    while True:
        some_params, some_metrics = list(islice(params, _PARAMS_A_BATCH)), list(islice(metrics, _METRICS_A_BATCH))
        if not some_params and not some_metrics:
            return
        client.log_batch(run.info.run_id, metrics=some_metrics, params=some_params)


def _dataset_input(dataset: RunDataset) -> DatasetInput:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    columns: Sequence[dict[str, object]] = [
        {"name": name, "type": _COLUMN_TYPES.get(kind, "string"), "required": True}
        for name, kind in dataset.columns.items()
    ]
    entity = Dataset(
        name=dataset.name,
        # MLflow's field holds 36 characters, its pages fewer; the whole digest is in the profile and among the tags
        digest=dataset.digest.removeprefix("sha256:")[:_SHOWN_DIGEST],
        source_type="local",
        source=json.dumps({"uri": dataset.location}),
        schema=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps({"num_rows": dataset.n_rows, "digest": dataset.digest}),
    )
    return DatasetInput(dataset=entity, tags=[InputTag("mlflow.data.context", dataset.role)])


def _cut(value: str, limit: int, ending: str = "…") -> str:
    return value if len(value) <= limit else value[:limit] + ending


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"
