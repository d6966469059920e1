"""What goes wrong around the pipeline: a full disk, Ctrl-C, a registry that is gone, rows and settings that are no good."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.running_stages import in_the_middle_of
from tests.samples.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def fails(project: Project, code: int, *words: str, **environment: str) -> None:
    """Run and expect this exit code, these words, one screen, and no traceback before the message."""
    done = project.ratchet("run", **environment)
    assert done.returncode == code, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr
    assert len(done.stderr.splitlines()) <= 40
    assert "Traceback" not in done.stderr


def leftovers(project: Project) -> list[Path]:
    """Temporary files that a stage should have taken away."""
    folders = [project.folder / name for name in ("data", "models", "reports", "champion")]
    return [path for folder in folders for path in folder.rglob(".*") if path.name != ".gitignore"]


def test_disk_that_is_full_is_said_and_the_next_run_goes_on(flights: Project) -> None:
    flights.edit_params(ingest__options={"first_month": 1, "last_month": 12})

    done = subprocess.run(
        [sys.executable, "-m", "modelratchet", "run"],
        cwd=flights.folder, env=flights.environment(), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000)),
    )  # fmt: skip

    assert done.returncode == 4, done.stderr
    assert "rows.parquet could not be written" in done.stderr
    assert leftovers(flights) == []
    assert "ingest" in flights.ran()["stages"]


@pytest.mark.parametrize("stage", ["ingest", "train", "evaluate"])
def test_ctrl_c_keeps_the_stages_that_were_done(flights: Project, stage: str) -> None:
    change: dict[str, Any] = {
        "ingest": {"ingest__options": {"first_month": 1, "last_month": 3}},
        "train": {"train__hist_gradient_boosting": {"max_iter": 21}},
        "evaluate": {"evaluate__resamples": 300},
    }[stage]
    flights.edit_params(**change)
    running = subprocess.Popen(
        [sys.executable, "-m", "modelratchet", "run"],
        cwd=flights.folder, env=flights.environment(), start_new_session=True, text=True, stderr=subprocess.PIPE,
        # a shell that runs the suite in the background has told it to ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip

    with in_the_middle_of(stage, flights.folder):
        os.killpg(running.pid, signal.SIGINT)
    _, printed = running.communicate(timeout=PATIENCE_SECONDS)

    assert running.returncode == 130, printed
    assert "stopped" in printed
    assert leftovers(flights) == []
    summary = flights.ran()
    assert stage in summary["stages"]
    assert ("ingest" in summary["unchanged"]) == (stage != "ingest")


def test_server_that_is_down_loses_no_training(flights: Project) -> None:
    flights.edit_params(train__hist_gradient_boosting={"max_iter": 22})
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        fails(flights, 4, address, "again", MLFLOW_TRACKING_URI=address)

    flights.ran()

    assert flights.report("receipt")["version"] == "2"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"gate__margn": 0.1}, 2, ["gate.margn: unknown key; did you mean margin?"]),
        ({"columns__numeric": ["hour", "distnace"]}, 2, ["distnace", "the nearest is distance"]),
        ({"split__holdout_from": "2014-01-01T00:00:00"}, 2, ["holdout"]),
        ({"ingest__options": {"first_month": 5, "last_month": 3}}, 2, ["first_month"]),
        ({"train__estimator": "project", "train__project": {"max_itr": 5}}, 2, ["train.project", "max_itr"]),
        ({"train__estimator": "logistic_regression", "train__logistic_regression": {"max_iter": 1}}, 2, ["converge"]),
        ({"check_data__suite": "flight"}, 2, ["flights"]),
        (
            {"ingest": {"source": "csv", "path": "flights.csv"}},
            2,
            ["ingest.options.last_month: missing, but retrain.moves names it"],
        ),
        ({"ingest": {"source": "csv", "path": "flights.csv"}, "retrain": {}}, 2, ["flights.csv"]),
    ],
)
def test_settings_and_rows_that_are_no_good(
    flights: Project, changes: dict[str, Any], code: int, words: list[str]
) -> None:
    flights.edit_params(**changes)

    fails(flights, code, *words)


@pytest.mark.parametrize(
    ("addition", "words"),
    [
        ("table['leak'] = table['late'] * 2", ["leak"]),
        ("table['origin'] = 'LAX'", ["origin"]),
    ],
)
def test_rows_that_fail_an_expectation_stop_before_training(flights: Project, addition: str, words: list[str]) -> None:
    project = flights.folder / "pipeline" / "project.py"
    project.write_text(
        project.read_text().replace("def rows(", "def _rows(")
        + f"\n\ndef rows(**window):\n    table = _rows(**window)\n    {addition}\n    return table\n"
    )
    if "leak" in words:
        flights.edit_params(columns__numeric=["hour", "distance", "leak"])

    fails(flights, 1, "check_data", *words, "data_docs")

    assert flights.report("data_check")["failed"]


def test_estimator_that_onnx_cannot_express_is_named(flights: Project) -> None:
    project = flights.folder / "pipeline" / "project.py"
    project.write_text(project.read_text() + FUNCTION_TRANSFORMER)
    flights.edit_params(train__estimator="project")

    fails(flights, 2, "convert", "FunctionTransformer")


FUNCTION_TRANSFORMER = """

def estimator(*, numeric, categorical, task, seed):
    import numpy
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    columns = ColumnTransformer([("sine", FunctionTransformer(numpy.sin), list(numeric))])
    return Pipeline([("columns", columns), ("model", HistGradientBoostingClassifier(max_iter=5, random_state=seed))])
"""


def test_bug_in_a_stage_ends_the_run_with_70_and_names_its_traceback(flights: Project) -> None:
    stage = flights.folder / "pipeline" / "decide.py"
    stage.write_text(
        stage.read_text().replace("def main() -> None:\n", 'def main() -> None:\n    raise RuntimeError("boom")\n')
    )

    fails(flights, 70, "ratchet: decide: this is a bug, and no verdict: RuntimeError: boom", ".ratchet/errors/")

    (file,) = (flights.folder / ".ratchet" / "errors").iterdir()
    assert "decide.py" in file.read_text()
    done = flights.ratchet("--debug", "run")
    assert done.returncode == 70
    assert "Traceback (most recent call last)" in done.stderr


def test_error_of_the_projects_own_estimator_is_the_projects_to_mend(flights: Project) -> None:
    project = flights.folder / "pipeline" / "project.py"
    lines = project.read_text().splitlines()
    project.write_text("\n".join([*lines, "", "", "def estimator(**_):", "    return {}['price']", ""]))
    flights.edit_params(train__estimator="project", train__project={})

    place = f"train: pipeline/project.py in line {len(lines) + 4} (return {{}}['price']) failed: KeyError: 'price'"
    fails(flights, 2, place)

    assert not (flights.folder / ".ratchet" / "errors").exists()
