"""Which models a verdict was recorded on, by holdout or by anchor: what the error budget is counted by. Called by `registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.model_digests import MODEL_TAG, models_of_bundles

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

HOLDOUT_TAG = "ratchet.holdout_digest"
ANCHOR_TAG = "ratchet.anchor_digest"
BUNDLE_TAG = "digest.bundle"
JUDGEMENT_TAG = "ratchet.judgement"
_PAGE = 1000


def models_judged(client: MlflowClient, address: StoreAddress, model: str, tag: tuple[str, str]) -> tuple[str, ...]:
    """Digests of the models whose finished runs carry a tag, each once, by the start of its first run.

    Args:
        client: of the store at `address`.
        address: where the store is.
        model: the registered model's name.
        tag: its name and its value.

    A run that release 0.1 recorded names its bundle alone: then the bundle's version tells the model, or, where that is gone, the bundle stands for it.
    """
    runs = runs_tagged(client, model, *tag)
    is_old = any(MODEL_TAG not in run.data.tags for run in runs)
    known = models_of_bundles(client, address, model) if is_old else {}
    bundles = [(run.data.tags.get(MODEL_TAG, ""), run.data.tags.get(BUNDLE_TAG, "")) for run in runs]
    models = [digest or known.get(bundle, bundle) for digest, bundle in bundles]
    return tuple(dict.fromkeys(digest for digest in models if digest))


def runs_tagged(client: MlflowClient, model: str, tag: str, value: str) -> list[Run]:
    """Finished runs that carry a tag, by their start.

    Runs in MLflow's bin count: who throws a run away has looked at the holdout all the same.
    """
    experiment = client.get_experiment_by_name(model)
    if experiment is None:
        return []
    runs = _runs(client, experiment.experiment_id, f"attributes.status = 'FINISHED' AND tags.`{tag}` = '{value}'")
    return sorted(runs, key=lambda run: (run.info.start_time, run.info.run_id))


def _runs(client: MlflowClient, experiment: str, wanted: str) -> list[Run]:
    from mlflow.entities import ViewType

    found: list[Run] = []
    token: str | None = None
    while True:
        page = client.search_runs([experiment], wanted, ViewType.ALL, _PAGE, ["attributes.start_time ASC"], token)
        found += page
        token = page.token
        if not token:
            return found
