"""The whole pipeline on real flights, two months of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.samples.projects import Project, make_project, small_flights

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_first_run_ends_with_a_promoted_verdict_and_a_registered_version(flights: Project) -> None:
    shown = flights.ratchet("show")

    assert flights.report("verdict")["decision"] == "promote"
    assert flights.report("receipt")["version"] == "1"
    assert flights.ratchet("gate", "check").returncode == 0
    assert "roc_auc *" in shown.stdout
    assert "flights-late version 1" in shown.stdout


def test_second_run_does_no_work_and_says_so(finished_flights: Path) -> None:
    project = Project(finished_flights)

    done = project.ratchet("run")

    assert done.returncode == 0, done.stderr
    assert "Nothing to do" in done.stdout
    assert project.ran()["did_nothing"]


def test_folder_that_moved_still_knows_its_versions(flights: Project) -> None:
    assert flights.ran()["version"] == "1"


def test_policy_edit_decides_again_and_retrains_nothing(flights: Project) -> None:
    flights.edit_params(gate__floors={"roc_auc": 0.99})

    summary = flights.ran()

    assert summary["decision"] == "reject"
    assert "train" in summary["unchanged"]
    assert flights.ratchet("gate", "check").returncode == 1


def test_another_estimator_by_one_line_becomes_a_second_version(flights: Project) -> None:
    flights.edit_params(train__estimator="logistic_regression")

    assert flights.ran()["version"] == "2"


def test_same_commit_and_data_give_the_same_bundle_in_another_clone(flights: Project, tmp_path: Path) -> None:
    clone = make_project(tmp_path / "elsewhere" / "clone")
    small_flights(clone)
    clone.commit("Make it small")
    clone.ran()

    assert clone.report("verdict")["bundle_digest"] == flights.report("verdict")["bundle_digest"]


def test_same_commit_gives_the_same_bundle_when_everything_runs_again(flights: Project) -> None:
    before = flights.report("verdict")["bundle_digest"]
    shutil.rmtree(flights.folder / ".dvc" / "cache")
    (flights.folder / "dvc.lock").unlink()

    flights.ran("--force")

    assert flights.report("verdict")["bundle_digest"] == before


def test_dvc_users_find_what_they_expect(flights: Project) -> None:
    flights.commit("First run")
    flights.edit_params(train__hist_gradient_boosting={"max_iter": 10})

    assert "max_iter" in flights.run("dvc", "params", "diff").stdout
    done = flights.run("dvc", "exp", "run", "-S", "train.hist_gradient_boosting.max_iter=15")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "roc_auc" in flights.run("dvc", "metrics", "diff").stdout
    plots = flights.run("dvc", "plots", "show", "-o", "plots_page")
    assert plots.returncode == 0, plots.stderr
    assert "true_positive_rate" in (flights.folder / "plots_page" / "index.html").read_text()
    experiments = json.loads(flights.run("dvc", "exp", "show", "--json").stdout)
    assert len(experiments) >= 2


def test_edited_code_runs_its_stage_again(flights: Project) -> None:
    path = flights.folder / "src/modelratchet/modeling/curves.py"
    path.write_text(path.read_text() + "\nMORE = 1\n")

    summary = flights.ran()

    assert "evaluate" in summary["stages"]
    assert "train" in summary["unchanged"]


@pytest.mark.parametrize(("example", "metric"), [("wine", "accuracy"), ("diabetes", "rmse")])
def test_other_tasks_run_by_changing_settings_and_one_file(tmp_path: Path, example: str, metric: str) -> None:
    project = make_project(tmp_path / example, example)

    summary = project.ran()

    assert metric in project.report("metrics")
    assert summary["version"] == "1"
    assert sum(part["changed_labels"] for part in project.report("parity")["parts"]) == 0
