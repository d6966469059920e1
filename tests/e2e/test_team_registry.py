"""A project that has run moves to its team's server and goes on there: nothing is trained, recorded or promoted a second time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.samples.projects import Project, make_project
from tests.team_registry import TeamRegistry, skip_reason, team_registry

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1800)]

ANSWERS = (
    ("verify",),
    ("history",),
    ("champion", "--at", "2099-01-01"),
    ("gate", "explain"),
    ("show",),
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Project]]:
    """A small project, whose runs go on while the registry starts: what is moved is records, whatever was trained."""
    if skip_reason():
        pytest.skip(skip_reason())
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(_finished, tmp_path_factory.mktemp("moving") / "project")


def _finished(folder: Path) -> Project:
    project = make_project(folder, "diabetes")
    project.ran()
    assert project.ratchet("promote").returncode == 0
    project.ran()  # judged against itself, as the champion that it is now
    return project


@pytest.fixture(scope="module")
def team(finished: Future[Project], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamRegistry]:
    with team_registry(tmp_path_factory.mktemp("team")) as made:
        yield made


@pytest.fixture(scope="module")
def answers(team: TeamRegistry, finished: Future[Project]) -> tuple[Project, Any]:
    """The project after its move, and what it said before."""
    project = finished.result()
    with ThreadPoolExecutor(2) as pool:
        told = pool.map(lambda command: project.ratchet(*command, "--json").stdout, ANSWERS)
        said = dict(zip(ANSWERS, told, strict=True))
    options = ["--to", team.database, "--artifacts", team.artifacts]
    done = project.ratchet("registry", "migrate", *options, "--json", **team.objects.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return project, said


@pytest.mark.parametrize("command", ANSWERS, ids=" ".join)
def test_server_says_what_the_old_store_said(
    command: tuple[str, ...], answers: tuple[Project, Any], team: TeamRegistry
) -> None:
    project, said = answers

    assert said[command]
    assert project.ratchet(*command, "--json", **team.environment("reader")).stdout == said[command]


def test_run_after_the_move_trains_nothing_and_records_nothing_new(
    answers: tuple[Project, Any], team: TeamRegistry
) -> None:
    project, _ = answers
    before = project.report("receipt")["version"]

    done = project.ratchet("run", "--json", **team.environment("ci"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert project.report("receipt")["version"] == before
    assert "train" not in json.loads(done.stdout)["stages"]


def test_wrong_password_ends_a_run_with_what_to_set(answers: tuple[Project, Any], team: TeamRegistry) -> None:
    project, _ = answers
    variables = {**team.environment("ci"), "MLFLOW_TRACKING_PASSWORD": "not-the-right-one"}

    done = project.ratchet("run", **variables)

    assert done.returncode == 2
    assert "does not let 'ci' in: MLFLOW_TRACKING_PASSWORD is wrong" in done.stderr
    assert "Traceback" not in done.stderr


def test_reader_trains_and_is_told_that_it_may_not_record(answers: tuple[Project, Any], team: TeamRegistry) -> None:
    project, _ = answers
    project.edit_params(train__hist_gradient_boosting__max_iter=50)

    done = project.ratchet("run", **team.environment("reader"))

    assert done.returncode == 2
    assert "does not let the user 'reader' record" in done.stderr
    recorded = project.ratchet("run", **team.environment("ci"))
    assert recorded.returncode == 0, recorded.stderr
