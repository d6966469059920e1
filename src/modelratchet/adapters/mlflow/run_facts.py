"""What `runs` wrote of a candidate, read back: params, where it came from, datasets. Called by `registry`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from modelratchet.core.run_facts import DatasetFacts, RunFacts
from modelratchet.usecases.ports.registry import RegisteredVersion

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion

_OF_ORIGIN = ("git.", "digest.")


def facts_of_run(version: RegisteredVersion, run: Run) -> RunFacts:
    """Everything; datasets of which no whole digest was kept (made by other programs) are left out."""
    return RunFacts(
        version=version.version,
        run_id=str(run.info.run_id),
        experiment_id=str(run.info.experiment_id),
        params=dict(run.data.params),
        tags={**_origin(run.data.tags), **_committed(version)},
        datasets=tuple(_datasets(run)),
    )


def facts_of_version(version: RegisteredVersion, found: ModelVersion) -> RunFacts:
    """What is left when the run is gone."""
    return RunFacts(
        version.version, version.run_id, version.experiment_id, {}, {**_origin(found.tags), **_committed(version)}, ()
    )


def _committed(version: RegisteredVersion) -> dict[str, str]:
    """A run that was made before its sources were committed does not know their commit; the version does."""
    return {"git.commit": version.commit, "git.dirty": "no"} if version.commit else {}


def _origin(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sorted(tags.items()) if name.startswith(_OF_ORIGIN)}


def _datasets(run: Run) -> Iterator[DatasetFacts]:
    for item in run.inputs.dataset_inputs if run.inputs else ():
        try:
            profile = json.loads(item.dataset.profile or "")
            yield DatasetFacts(str(item.dataset.name), str(profile["digest"]), int(profile["num_rows"]))
        except (ValueError, KeyError, TypeError):
            continue
