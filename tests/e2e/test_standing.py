"""A run without a registry: judged as the registry would have it, and never recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.samples.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture
def exported(flights: Project) -> Project:
    """Version 1 reigns, its standing is exported, and the registry is gone: what a fork's pull request has."""
    for command in (("run", "-q"), ("promote",), ("champion", "export", ".ratchet/standing")):
        done = flights.ratchet(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    (flights.folder / "mlflow.db").rename(flights.folder.parent / "mlflow.db")
    (flights.folder / "mlartifacts").rename(flights.folder.parent / "mlartifacts")
    return flights


def test_a_worse_candidate_is_refused_without_a_registry(exported: Project) -> None:
    exported.edit_params(train__hist_gradient_boosting={"max_iter": 2})
    summary = exported.ran("--standing", ".ratchet/standing")

    assert summary["decision"] == "reject"
    assert "record" not in summary["stages"]
    verdict = exported.report("verdict")
    assert (verdict["champion_version"], verdict["holdout_look"]) == ("1", 2)
    assert not (exported.folder / "mlflow.db").exists()


def test_the_job_is_told_and_the_page_is_left_as_data(exported: Project, tmp_path: Path) -> None:
    exported.ran("--standing", ".ratchet/standing")
    job = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    told = exported.ratchet("gate", "tell", "--page", "decision/page.json", RATCHET_STANDING=".ratchet/standing", **job)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "decision<<" in (tmp_path / "output").read_text()
    assert (tmp_path / "summary").read_text().startswith("# ")
    page = json.loads((exported.folder / "decision" / "page.json").read_text())
    assert (page["format"], page["model"]) == ("modelratchet/decision-page", "flights-late")


def test_nothing_can_be_promoted_without_a_registry(exported: Project) -> None:
    exported.ran("--standing", ".ratchet/standing")
    done = exported.ratchet("promote", RATCHET_STANDING=".ratchet/standing")

    assert done.returncode == 2
    assert "only says who reigns" in done.stderr


def test_a_missing_export_is_said_before_anything_is_trained(flights: Project) -> None:
    flights.edit_params(train__hist_gradient_boosting={"max_iter": 2})
    done = flights.ratchet("run", "--standing", "nowhere")

    assert done.returncode == 3
    assert "nobody knows who reigns" in done.stderr
    assert "train" not in done.stdout
