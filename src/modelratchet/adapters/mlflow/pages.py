"""The port `RunAddresses` on MLflow's web pages; `server` names them too.

MLflow opens in its mode for language models unless an address asks for the other. Ids come from the registry and are quoted.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.core.links import Link
from modelratchet.usecases.ports.registry import RunPlace

MODE = "workflowType=machine_learning"
LOCAL = "http://127.0.0.1:5000"
"""Where `ratchet ui` serves a store that has no server, unless it is told otherwise."""


class MlflowAddresses:
    """Addresses of the pages that show runs."""

    def __init__(self, address: StoreAddress) -> None:
        """Remember which server shows the store; one without a server is shown while `ratchet ui` runs."""
        self._home = address.shown if address.is_server else LOCAL
        self._suffix = "" if address.is_server else ", while `ratchet ui` runs"

    def links(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        """Addresses that work from anywhere the server is reached from."""
        return _links(f"{self._home}/", self._suffix, run, champion)

    def links_within(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        """Places within the page that is open: the server may have another name for the reader than for this machine."""
        return _links("", "", run, champion)


def run_path(run: RunPlace) -> str:
    """The page of one run."""
    return f"{_run(run)}?{MODE}"


def compare_path(runs: tuple[RunPlace, ...]) -> str:
    """The page that sets runs side by side."""
    numbers = json.dumps([run.run_id for run in runs], separators=(",", ":"))
    experiments = json.dumps(list(dict.fromkeys(run.experiment_id for run in runs)), separators=(",", ":"))
    return f"#/compare-runs?runs={quote(numbers)}&experiments={quote(experiments)}&{MODE}"


def artifact_path(run: RunPlace, path: str) -> str:
    """The page that shows one of a run's files."""
    return f"{_run(run)}/artifacts/{quote(path)}?{MODE}"


def _links(home: str, suffix: str, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
    links = [
        Link(f"This run in MLflow{suffix}", home + run_path(run)),
        Link(f"Data Docs{suffix}", home + artifact_path(run, "data_docs/index.html")),
    ]
    if champion is not None and champion != run:
        links.insert(
            0, Link(f"Compare with the champion's run in MLflow{suffix}", home + compare_path((champion, run)))
        )
    return tuple(links)


def _run(run: RunPlace) -> str:
    return f"#/experiments/{quote(run.experiment_id, safe='')}/runs/{quote(run.run_id, safe='')}"
