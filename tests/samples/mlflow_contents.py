"""All that MLflow's own client tells of a store, as plain data: two stores of the same contents compare equal."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

# where files lie is the one thing that differs
_PLACES = ("artifact_location", "artifact_uri", "source", "storage_location")


def contents_of(client: MlflowClient) -> dict[str, list[Any]]:
    """Experiments, runs, metrics with their history, models, versions and aliases; the bins included."""
    runs = _runs(client)
    models = sorted(client.search_registered_models(max_results=1000), key=lambda model: model.name)
    names = [model.name for model in models]
    return {
        "experiments": [_plain(item) for item in _experiments(client)],
        "runs": [_run(run) for run in runs],
        "metrics": [history for run in runs for history in _histories(client, run)],
        "models": [_plain(model, without=("latest_versions",)) for model in models],
        "versions": [_plain(version) for name in names for version in _versions(client, name)],
        "logged models": [_plain(model) for model in _logged(client)],
    }


def files_of(client: MlflowClient) -> dict[str, str]:
    """The digest of every file of every run and logged model: from the disk, or as the store hands it over."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    found = {}
    places = {run.info.run_id: run.info.artifact_uri for run in _runs(client)}
    places |= {model.model_id: model.artifact_location for model in _logged(client)}
    for number, place in places.items():
        with tempfile.TemporaryDirectory() as folder:
            # MLflow does not hand over local files with a `#` in their name
            local = Path(place)
            if not local.is_absolute():
                local = Path(get_artifact_repository(place).download_artifacts("", dst_path=folder))
            for path in sorted(local.rglob("*")):
                if path.is_file():
                    name = f"{number}/{path.relative_to(local).as_posix()}"
                    found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _experiments(client: MlflowClient) -> list[Any]:
    from mlflow.entities import ViewType

    found = client.search_experiments(view_type=ViewType.ALL, max_results=1000)
    return sorted(found, key=lambda experiment: int(experiment.experiment_id))


def _runs(client: MlflowClient) -> list[Run]:
    from mlflow.entities import ViewType

    numbers = [experiment.experiment_id for experiment in _experiments(client)]
    found = client.search_runs(numbers, run_view_type=ViewType.ALL, max_results=10000)
    return sorted(found, key=lambda run: str(run.info.run_id))


def _run(run: Run) -> dict[str, Any]:
    inputs = sorted(
        str((dict(item.dataset), sorted((tag.key, tag.value) for tag in item.tags)))
        for item in run.inputs.dataset_inputs
    )
    latest = {name: repr(value) for name, value in run.data.metrics.items()}
    return {
        "info": _plain(run.info),
        "params": run.data.params,
        "tags": run.data.tags,
        "inputs": inputs,
        "latest": latest,
    }


def _histories(client: MlflowClient, run: Run) -> list[tuple[Any, ...]]:
    return [
        (run.info.run_id, metric.key, repr(metric.value), metric.timestamp, metric.step)
        for name in sorted(run.data.metrics)
        for metric in sorted(
            client.get_metric_history(run.info.run_id, name), key=lambda item: (item.step, item.timestamp)
        )
    ]


def _versions(client: MlflowClient, name: str) -> list[Any]:
    found = client.search_model_versions(f"name = '{name}'", max_results=10000)
    return sorted(found, key=lambda version: int(version.version))


def _logged(client: MlflowClient) -> list[Any]:
    numbers = [experiment.experiment_id for experiment in _experiments(client)]
    return list(client.search_logged_models(numbers)) if numbers else []


def _plain(entity: Any, without: tuple[str, ...] = ()) -> dict[str, str]:
    return {name: str(value) for name, value in dict(entity).items() if name not in (*_PLACES, *without)}
