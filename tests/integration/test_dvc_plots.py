"""The `plots` of the project's own `dvc.yaml`, shown by a real DVC for every task."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelratchet.core.tasks import Task
from modelratchet.modeling.evaluation import evaluate
from modelratchet.modeling.importance import permutation_importance
from modelratchet.modeling.plots import plots_of
from tests.samples.models import PRIMARY, SignalModel, holdout_of, measurement_of, schema_of

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
CLASSIFICATION = {"roc", "precision_recall", "calibration", "confusion", "importance"}
SHOWN = {
    Task.BINARY: CLASSIFICATION,
    Task.MULTICLASS: CLASSIFICATION,
    Task.REGRESSION: {"predictions", "residuals", "importance"},
}


def _run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DVC_NO_ANALYTICS": "1"}
    return subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True, text=True)


def _dvc(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(project, sys.executable, "-m", "dvc", *arguments)


def _evaluated(project: Path, task: Task, seed: int) -> None:
    """Write the tables and run the stage that claims them."""
    schema, holdout = schema_of(task), holdout_of(task, seed=seed)
    model, features, truth = SignalModel(schema), holdout.features(schema), holdout.truth(schema)
    scores = model.score(features)
    evaluation = evaluate("sha256:b", schema, scores, holdout, measurement_of(task, slices=()))
    importances = permutation_importance(model.score, features, truth, PRIMARY[task], 1)
    plots_of(schema, evaluation, truth, scores, importances).write_tables(project / "made")
    _dvc(project, "repro", "--quiet")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    _run(tmp_path, "git", "init", "--quiet")
    _run(tmp_path, "git", "config", "user.email", "test@example.org")
    _run(tmp_path, "git", "config", "user.name", "test")
    _dvc(tmp_path, "init", "--quiet")
    stage = {"cmd": "mkdir -p reports && cp -r made reports/plots", "deps": ["made"], "outs": ["reports/plots"]}
    plots = yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"evaluate": stage}, "plots": plots}))
    return tmp_path


def _shown(found: dict[str, Any]) -> set[str]:
    titles = {next(iter(entry)): entry for entry in yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]}
    return {Path(next(iter(titles[name][name]["x"]))).stem for name, drawn in found["data"].items() if drawn}


@pytest.mark.parametrize("task", list(Task))
def test_one_section_shows_each_task_its_own_plots_without_a_warning(project: Path, task: Task) -> None:
    _evaluated(project, task, seed=5)
    answer = _dvc(project, "plots", "show", "--json")
    found = json.loads(answer.stdout)
    assert _shown(found) == SHOWN[task]
    assert not found.get("errors")
    assert "failed" not in answer.stderr


def test_confusion_shares_are_of_each_actual_class() -> None:
    """DVC's template divides by the sum over what is on y."""
    plots = yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    (confusion,) = [entry["confusion"] for entry in plots if "confusion" in entry]
    assert confusion["template"] == "confusion_normalized"
    assert confusion["y"] == {"reports/plots/confusion.csv": "actual"}


def test_two_commits_are_laid_over_each_other(project: Path) -> None:
    for seed in (5, 6):
        _evaluated(project, Task.BINARY, seed)
        _run(project, "git", "add", "dvc.yaml", "dvc.lock")
        _run(project, "git", "commit", "--quiet", "-m", f"seed {seed}")
    found = json.loads(_dvc(project, "plots", "diff", "HEAD~1", "HEAD", "--json").stdout)
    assert _shown(found) == SHOWN[Task.BINARY]
    assert {revision for drawn in found["data"].values() for plot in drawn for revision in plot["revisions"]} == {
        "HEAD~1",
        "HEAD",
    }
