"""The stage `test_model` on real models: the flights' own tests, the how-to page's, and projects that have none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.samples.how_to_pages import blocks, follow
from tests.samples.projects import Project, make_project, small_flights

pytestmark = pytest.mark.integration
ESTIMATORS = ("hist_gradient_boosting", "gradient_boosting", "random_forest", "logistic_regression", "project")
MAKING = ("watch_source", "ingest", "split", "train", "convert")


def run_stages(project: Project, *stages: str) -> None:
    for stage in stages:
        done = project.run(sys.executable, "-m", f"pipeline.{stage}")
        assert done.returncode == 0, done.stderr


def outcomes(project: Project) -> dict[str, str]:
    run_stages(project, "test_model")
    tests: list[dict[str, Any]] = project.report("model_tests")["tests"]
    return {test["name"]: f"{test['outcome']} {test['message']}".strip() for test in tests}


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_project(tmp_path_factory.mktemp("flights") / "project")
    small_flights(project)
    run_stages(project, "watch_source", "ingest", "split")
    return project


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_flights_model_passes_its_tests_whichever_estimator_it_is(flights: Project, estimator: str) -> None:
    flights.edit_params(train__estimator=estimator)
    run_stages(flights, "train", "convert")

    found = outcomes(flights)

    against_the_champion = [name for name, outcome in found.items() if "nobody reigns" in outcome]
    assert len(against_the_champion) == 1
    assert {outcome for name, outcome in found.items() if name not in against_the_champion} == {"passed"}


def test_a_model_that_learnt_nothing_fails_them(flights: Project) -> None:
    flights.edit_params(
        train__estimator="hist_gradient_boosting", train__hist_gradient_boosting={"min_samples_leaf": 10**6}
    )
    run_stages(flights, "train", "convert")

    failed = [name for name, outcome in outcomes(flights).items() if outcome.startswith("failed")]

    assert {name.split("::")[1].split("[")[0] for name in failed} >= {
        "test_storms_make_flights_later", "test_no_airport_is_guessed_at", "test_without_any_weather_the_timetable_still_tells",
    }  # fmt: skip


@pytest.mark.parametrize("example", ["wine", "diabetes"])
def test_a_project_without_tests_has_an_empty_record(tmp_path: Path, example: str) -> None:
    project = make_project(tmp_path / example, example)
    run_stages(project, *MAKING)

    assert outcomes(project) == {}


def test_the_how_to_pages_tests_pass_on_its_shop(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop")
    files = {title: body for kind, title, body in reversed(tuple(blocks("bring-your-own-data.md"))) if title}
    for name in ("make_orders.py", "params.yaml"):  # of several, the page's first
        (project.folder / name).write_text(files[name])
    project.run(sys.executable, "make_orders.py")
    run_stages(project, *MAKING)
    assert {outcome.split()[0] for outcome in outcomes(project).values()} == {"skipped"}  # for they are about flights

    project.run("rm", "-r", "tests/model")
    follow(project, "model-tests.md")

    assert sorted(outcome.split(maxsplit=1)[0] for outcome in outcomes(project).values()) == ["passed"] * 6 + [
        "skipped"
    ]
