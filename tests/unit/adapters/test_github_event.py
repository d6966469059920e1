"""The event of a finished run, as GitHub sends it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.github_event import judged_run
from modelratchet.errors import InputError

EVENT: dict[str, Any] = {
    "action": "completed",
    "repository": {"full_name": "flights/late"},
    "workflow_run": {
        "id": 7,
        "event": "pull_request",
        "conclusion": "failure",
        "head_sha": "a1" * 20,
        "head_branch": "better`$(id)`",
        "head_repository": {"full_name": "octocat/late", "owner": {"login": "octocat"}},
        "pull_requests": [],
    },
}


def _run(folder: Path, event: Any, **environment: str) -> Any:
    path = folder / "event.json"
    path.write_text(json.dumps(event))
    return judged_run(path, environment)


def test_a_fork_is_known_by_its_repository(tmp_path: Path) -> None:
    run = _run(tmp_path, EVENT)

    assert (run.head.owner, run.head.branch, run.head.commit) == ("octocat", "better`$(id)`", "a1" * 20)
    assert run.is_fork
    assert run.ended == "red"
    assert run.address == "https://github.com/flights/late/actions/runs/7"


@pytest.mark.parametrize(
    ("conclusion", "ended"), [("success", "green"), ("cancelled", "neither"), ("timed_out", "red")]
)
def test_a_cancelled_run_has_not_failed(tmp_path: Path, conclusion: str, ended: str) -> None:
    event = {**EVENT, "workflow_run": {**EVENT["workflow_run"], "conclusion": conclusion}}
    assert _run(tmp_path, event).ended == ended


def test_links_may_lead_to_the_repository_and_to_the_registry(tmp_path: Path) -> None:
    run = _run(tmp_path, EVENT, GITHUB_SERVER_URL="https://git.example", MLFLOW_TRACKING_URI="https://mlflow.example")
    assert run.homes == ("https://git.example/flights/late/", "https://mlflow.example/")


@pytest.mark.parametrize(
    "event",
    [{}, [], {"workflow_run": None}, {**EVENT, "workflow_run": {**EVENT["workflow_run"], "id": "x\n::error::"}}],
)
def test_another_event_is_refused(tmp_path: Path, event: Any) -> None:
    with pytest.raises(InputError, match="no event of a finished run"):
        _run(tmp_path, event)


def test_a_fork_that_is_gone_is_refused(tmp_path: Path) -> None:
    event = {**EVENT, "workflow_run": {**EVENT["workflow_run"], "head_repository": None}}
    with pytest.raises(InputError):
        _run(tmp_path, event)
