"""A version is made again from its commit by real git, DVC and MLflow, and nothing is left behind."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.storage.bundles import read_bundle
from tests.mlflow_stores import sqlite_store
from tests.samples.candidates import candidate
from tests.samples.projects import Project, make_project

pytestmark = [pytest.mark.integration, pytest.mark.slow]

MODEL = "wine-cultivar"
UNSEEDED = """

def estimator(*, numeric, categorical, task, seed):
    \"\"\"Stochastic descent in an order that no seed fixes: it ends close to the one best model, never twice on the same bits.\"\"\"
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    columns = ColumnTransformer([("numeric", StandardScaler(), list(numeric))])
    return Pipeline([("columns", columns), ("model", LogisticRegression(solver="saga", tol=3e-8, max_iter=20000))])
"""


FEWER = """

_all_rows = rows


def rows() -> pd.DataFrame:
    return _all_rows().iloc[20:]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that ran up to its bundle, in a commit that holds all that made it."""
    made = make_project(tmp_path_factory.mktemp("wine") / "project", "wine")
    made.edit_params(compare={})
    return run_to_bundle(made)


def run_to_bundle(made: Project) -> Project:
    made.commit("Settings")
    return make_bundle_of(made)


def make_bundle_of(made: Project) -> Project:
    done = made.run("dvc", "repro", "convert")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def record(project: Project, folder: Path, **tags: str) -> None:
    """Register the project's bundle as a version whose run names HEAD."""
    head = project.run("git", "rev-parse", "HEAD").stdout.strip()
    key = f"{folder.name} {tags}"
    usual = candidate(folder, key, read_bundle(project.folder / "models" / "bundle"), MODEL)
    named = {"git.commit": head, "git.dirty": "no", **tags}
    MlflowRegistry(sqlite_store(project.folder)).record(replace(usual, tags=named, example=()))


def reproduced(project: Project, version: str, code: int, **environment: str) -> dict[str, Any]:
    done = project.ratchet("reproduce", version, "--json", **environment)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"error": done.stderr}
    return found


def test_the_same_commit_gives_the_same_bytes_and_leaves_nothing(project: Project, tmp_path: Path) -> None:
    record(project, tmp_path)
    own = tmp_path / "temporary"
    own.mkdir()

    found = reproduced(project, "1", 0, TMPDIR=str(own))

    assert (found["sameness"], found["partings"]) == ("identical", [])
    assert len(project.run("git", "worktree", "list").stdout.splitlines()) == 1
    assert list(own.glob("ratchet-reproduce-*")) == []


def test_a_model_whose_training_is_not_seeded_comes_out_equal_within_the_tolerance(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "wine")
    with (project.folder / "pipeline" / "project.py").open("a") as source:
        source.write(UNSEEDED)
    project.edit_params(train__estimator="project")
    run_to_bundle(project)
    record(project, tmp_path)

    found = reproduced(project, "1", 0)

    assert (found["sameness"], found["agreement"]["changed_labels"]) == ("equal", 0)
    assert 0.0 < found["agreement"]["largest_difference"] < found["tolerance"]
    assert [item["name"] for item in found["partings"]] == ["file model.onnx"]


def test_a_commit_with_other_settings_gives_another_model_and_says_where(project: Project, tmp_path: Path) -> None:
    project.edit_params(train__hist_gradient_boosting={"max_iter": 2, "min_samples_leaf": 5})
    project.commit("Other settings")
    registry = MlflowRegistry(sqlite_store(project.folder))
    usual = candidate(tmp_path, "other", read_bundle(project.folder / "models" / "bundle"), MODEL)
    head = project.run("git", "rev-parse", "HEAD").stdout.strip()
    # the bundle has a version already under its model; another model's name makes it a version of its own
    project.edit_params(model="wine-other")
    registry.record(replace(usual, model="wine-other", tags={"git.commit": head, "git.dirty": "no"}, example=()))

    found = reproduced(project, "1", 1)

    assert found["sameness"] == "different"
    assert [item["name"] for item in found["partings"]] == ["params", "file model.onnx"]
    assert found["agreement"]["largest_difference"] > found["tolerance"]


def test_rows_of_a_lock_that_the_commit_has_left_behind_are_not_taken(tmp_path: Path) -> None:
    """Settings and code were committed together with the lock of an earlier run."""
    project = make_bundle_of(make_project(tmp_path / "project", "wine"))
    source = project.folder / "pipeline" / "project.py"
    source.write_text(source.read_text() + FEWER)
    lock = (project.folder / "dvc.lock").read_bytes()
    project.commit("Fewer rows, and the lock of all of them")
    make_bundle_of(project)
    record(project, tmp_path)
    (project.folder / "dvc.lock").write_bytes(lock)

    assert project.run("git", "status", "--porcelain").stdout == ""
    assert reproduced(project, "1", 0)["sameness"] == "identical"


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"git.dirty": "yes"}, "changes that were not committed"),
        ({"git.commit": "unknown"}, "outside a git repository"),
        ({"git.commit": "0" * 40}, "is not in this repository"),
    ],
)
def test_what_no_commit_holds_cannot_be_made_again(
    project: Project, tmp_path: Path, tags: dict[str, str], said: str
) -> None:
    model = f"wine-{len(said)}"
    project.edit_params(model=model)
    usual = candidate(tmp_path, "k", read_bundle(project.folder / "models" / "bundle"), model)
    registry = MlflowRegistry(sqlite_store(project.folder))
    registry.record(replace(usual, tags={"git.commit": "abc", "git.dirty": "no", **tags}, example=()))

    assert said in reproduced(project, "1", 3)["error"]
