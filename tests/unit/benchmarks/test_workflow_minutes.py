"""Seconds of jobs become the minutes that GitHub charges."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.workflow_minutes import PYTHONS, Kind, Traffic, billed, lines, year_of
from modelratchet.errors import MissingEvidenceError

TRAFFIC = Traffic(pull_requests=50, docs_only=10, pushes=2, retrains=4)


def _job(name: str, seconds: float, *titles: str, result: str = "success") -> dict[str, Any]:
    steps = [{"name": title, "result": result, "seconds": 1.0} for title in (titles or ("checkout",))]
    return {"job": name, "result": result, "seconds": seconds, "steps": steps}


def _run(file: str, event: str, *jobs: dict[str, Any]) -> dict[str, Any]:
    return {"file": file, "event": event, "conclusion": "success", "jobs": list(jobs)}


RUNS = [
    _run("ci.yml", "pull_request", _job("test", 50, "make test")),
    _run("ci.yml", "pull_request", _job("docs", 20, "make test-docs"), _job("test", 0, "make test", result="skipped")),
    _run("ci.yml", "push", _job("test", 50, "make test")),
    _run("model.yml", "pull_request", _job("run", 70, "ratchet run")),
    _run("model.yml", "pull_request", _job("changes", 5)),
    _run("model.yml", "push", _job("run", 70, "ratchet run"), _job("promote", 30)),
    _run("comment.yml", "workflow_run", _job("comment", 10)),
    _run("retrain.yml", "schedule", _job("retrain", 100), _job("propose", 10)),
    _run("retrain.yml", "schedule", _job("retrain", 30)),
    _run("nightly.yml", "schedule", _job("ledger", 100)),
]


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (59, 1), (60, 1), (61, 2)])
def test_a_job_is_charged_by_the_minute_begun(seconds: float, minutes: int) -> None:
    assert billed(_job("check", seconds), {}, 0.0) == minutes


def test_a_step_of_the_whole_project_takes_the_rehearsed_ones_place() -> None:
    assert billed(_job("check", 30, "make check"), {"make check": 100.0}, 0.0) == 3
    assert billed(_job("check", 30, "make check", result="skipped"), {"make check": 100.0}, 0.0) == 1


@pytest.mark.parametrize("step", ['ratchet reproduce "$VERSION"', "ratchet retrain"])
def test_what_runs_all_stages_takes_what_a_run_takes(step: str) -> None:
    assert billed(_job("reproduce", 30, step), {"ratchet run": 100.0}, 0.0) == 3


def test_a_retraining_that_found_nothing_new_is_no_retraining() -> None:
    found = {line.kind: line for line in lines(RUNS, {}, 0.0, TRAFFIC)}

    assert found[Kind("retrain", "schedule", True)].jobs == 2


def test_the_suite_is_charged_once_for_each_python() -> None:
    assert billed(_job("test", 30, "make test"), {}, 0.0) == PYTHONS


def test_a_retraining_ends_in_a_pull_request_that_is_merged() -> None:
    assert year_of(TRAFFIC)[Kind("model", "pull_request", True)] == 12 * (40 * 2 + 4)
    assert year_of(TRAFFIC)[Kind("model", "push")] == 12 * (50 + 4)


def test_documentation_and_models_are_charged_apart() -> None:
    found = {line.kind: line.minutes for line in lines(RUNS, {}, 0.0, TRAFFIC)}

    assert found[Kind("ci", "pull_request", True)] == 3
    assert found[Kind("ci", "pull_request", False)] == 1
    assert found[Kind("model", "push")] == 3


def test_a_run_that_ended_red_says_nothing_of_the_usual_one() -> None:
    red = {**_run("model.yml", "push", _job("run", 5, "ratchet run")), "conclusion": "failure"}
    found = {line.kind: line.minutes for line in lines([*RUNS, red, red, red], {}, 0.0, TRAFFIC)}

    assert found[Kind("model", "push")] == 3


def test_a_workflow_that_was_never_rehearsed_is_missed() -> None:
    with pytest.raises(MissingEvidenceError, match="nightly on schedule"):
        lines(RUNS[:-1], {}, 0.0, TRAFFIC)
