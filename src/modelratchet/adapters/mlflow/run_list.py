"""The columns of MLflow's list of runs. By itself it shows neither metric nor verdict until each visitor has picked them.

MLflow keeps a shared view as a tag of the experiment; a link that names the view opens the list with its columns.
Written by `recording`, linked to by `server` and `ratchet ui`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.errors import insisting
from modelratchet.usecases.ports.registry import CandidateRecord

if TYPE_CHECKING:
    from mlflow import MlflowClient

VIEW = "ratchet"
QUERY = f"workflowType=machine_learning&viewStateShareKey={VIEW}"
"""Opens the list with our columns, and in the mode for trained models: MLflow starts in the one for language models."""

_TAG = f"mlflow.sharedViewState.{VIEW}"
_VERDICT = "tags.`ratchet.verdict`"
_PRIMARY_AND_INTERVAL = 3
_LATENCY = ("latency.p50_ms", "latency.ratio")


def share_columns(client: MlflowClient, experiment: str, candidate: CandidateRecord) -> None:
    """Keep the view up to date: verdict, the first metric with its interval, latency, model."""
    first = list(candidate.metrics)[:_PRIMARY_AND_INTERVAL]
    metrics = [*first, *(name for name in _LATENCY if name in candidate.metrics and name not in first)]
    columns = [
        _VERDICT,
        *(f"metrics.`{name}`" for name in metrics),
        "attributes.`Models`",
    ]
    view = json.dumps({"selectedColumns": columns})
    if client.get_experiment(experiment).tags.get(_TAG) != view:
        insisting(lambda: client.set_experiment_tag(experiment, _TAG, view))
