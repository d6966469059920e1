"""The event that a job on GitHub Actions runs for, as the runner wrote it down.

Source: docs.github.com, "Webhook events and payloads", `workflow_run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from modelratchet.errors import EvidenceError, InputError
from modelratchet.storage.files import read_json
from modelratchet.usecases.comment import JudgedRun
from modelratchet.usecases.ports.pull_requests import Head

_ENDED: dict[str, Literal["green", "red"]] = {
    "success": "green",
    "failure": "red",
    "timed_out": "red",
    "startup_failure": "red",
}


def judged_run(path: Path, environment: Mapping[str, str]) -> JudgedRun:
    """The finished run that an event `workflow_run` is about.

    Args:
        path: of the event.
        environment: of the job, for the addresses that the run's page may link to.

    Raises:
        InputError: it is another event.
    """
    event = _event(path)
    try:
        run, server = event["workflow_run"], environment.get("GITHUB_SERVER_URL", "https://github.com")
        repository = event["repository"]["full_name"]
        return JudgedRun(
            head=Head(run["head_repository"]["owner"]["login"], run["head_branch"], run["head_sha"]),
            address=f"{server}/{repository}/actions/runs/{int(run['id'])}",
            is_fork=run["head_repository"]["full_name"] != repository,
            ended=_ENDED.get(run["conclusion"], "neither"),
            homes=(f"{server}/{repository}/", _home(environment.get("MLFLOW_TRACKING_URI", ""))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} holds no event of a finished run: {error!r} is missing",
            hint="This command is a step of a workflow `on: workflow_run`.",
        ) from error


def _event(path: Path) -> Any:
    try:
        return read_json(path)
    except EvidenceError as error:
        raise InputError(f"{path} holds no event", hint="On a runner GITHUB_EVENT_PATH names it.") from error


def _home(address: str) -> str:
    """A tracking server's address with the slash that ends it."""
    return f"{address.rstrip('/')}/" if address else ""
