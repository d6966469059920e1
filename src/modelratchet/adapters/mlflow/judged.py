"""Which bundles a verdict was recorded on, by holdout or by anchor: what the error budget is counted by. Called by `registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

HOLDOUT_TAG = "ratchet.holdout_digest"
ANCHOR_TAG = "ratchet.anchor_digest"
BUNDLE_TAG = "digest.bundle"
_PAGE = 1000


def bundles_judged(client: MlflowClient, model: str, tag: str, digest: str) -> tuple[str, ...]:
    """Digests of the bundles whose finished runs carry a tag, each once, by the start of its first run.

    Runs in MLflow's bin count: who throws a run away has looked at the holdout all the same.
    """
    experiment = client.get_experiment_by_name(model)
    if experiment is None:
        return ()
    runs = _runs(client, experiment.experiment_id, f"attributes.status = 'FINISHED' AND tags.`{tag}` = '{digest}'")
    runs.sort(key=lambda run: (run.info.start_time, run.info.run_id))
    bundles = [run.data.tags.get(BUNDLE_TAG, "") for run in runs]
    return tuple(dict.fromkeys(bundle for bundle in bundles if bundle))


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
