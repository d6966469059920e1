"""What an edit makes run again: the table of docs/adr/0013, line by line, on a small project that has run once."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.samples.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

ALWAYS = {"watch_source", "fetch_champion", "record"}
MAKING = {"ingest", "check_data", "split", "train", "convert"}
MEASURING = {"check_parity", "evaluate", "compare", "measure_latency", "test_model"}
SOURCES = "src/modelratchet"


@dataclass(frozen=True)
class State:
    """What a run left: its bundle, the bytes of its model, and how often the holdout was asked."""

    bundle: str
    model: dict[str, str]
    look: int


def state(project: Project) -> State:
    manifest = json.loads((project.folder / "models/bundle/manifest.json").read_text())
    standing = json.loads((project.folder / "champion/standing.json").read_text())
    return State(project.report("verdict")["bundle_digest"], manifest["files"], standing["holdout_look"])


def ran(project: Project, **environment: str) -> set[str]:
    """The stages that worked, without those that look each time."""
    done = project.ratchet("run", "--json", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stdout)["stages"]) - ALWAYS


def edit(project: Project, path: str, old: str, new: str) -> None:
    file = project.folder / path
    text = file.read_text()
    assert old in text, f"{path} has no {old!r}"
    file.write_text(text.replace(old, new, 1))


def lock(project: Project, *packages: str) -> None:
    """Another version of these packages in the lock."""
    file = project.folder / "requirements.lock"
    for package in packages:
        text, count = re.subn(rf"^{package}==\S+", f"{package}==99.0", file.read_text(), flags=re.MULTILINE)
        assert count, f"the lock has no {package}"
        file.write_text(text)


def reached(project: Project) -> set[str]:
    """The entries whose code or packages are other ones now, of the stages that do not run each time anyway."""
    digests = {path.stem: path.read_bytes() for path in (project.folder / "data/code").glob("*.json")}
    done = project.run("python", "-m", "pipeline.watch_source")
    assert done.returncode == 0, done.stderr
    changed = {name for name, old in digests.items() if (project.folder / f"data/code/{name}.json").read_bytes() != old}
    return changed - ALWAYS


WORDS = [
    (f"{SOURCES}/core/gate.py", '"""', '"""To be read again: '),
    (f"{SOURCES}/modeling/training.py", "from __future__", "# why\nfrom __future__"),
    (f"{SOURCES}/modeling/onnx_export.py", '"""', '"""Once more: '),
    (f"{SOURCES}/config/gate_params.py", "chance with which", "the chance with which"),
    (f"{SOURCES}/config/split.py", "time: rows at or after", "by time: rows at or after"),
    (f"{SOURCES}/config/evaluate.py", "the metric that the gate holds", "the one metric that the gate holds"),
    ("pipeline/train.py", '"""', '"""Now: '),
    ("pipeline/project.py", "def rows(", "# of the year\ndef rows("),
    ("tests/model/test_flights.py", '"""', '"""Really: '),
]


def test_words_another_commit_a_moved_folder_servings_settings_and_tools_run_nothing(flights: Project) -> None:
    before = state(flights)
    for path, old, new in WORDS:
        edit(flights, path, old, new)
    lock(flights, "ruff", "mypy", "moto", "playwright", "mlflow", "dvc")
    flights.edit_params(serving__maximum_rows=20_000, promotion={"valid_days": 30}, retrain__merge="promote")
    (flights.folder / "src").rename(flights.folder / "code")
    flights.commit("Say it better")

    assert ran(flights, PYTHONPATH=f"{flights.folder / 'code'}:{flights.folder}") == set()
    assert state(flights) == before


def test_an_installed_package_makes_the_same_as_a_checkout(flights: Project, tmp_path: Path) -> None:
    before = state(flights)
    shutil.move(flights.folder / SOURCES, tmp_path / "site-packages" / "modelratchet")
    shutil.rmtree(flights.folder / "src")

    assert ran(flights, PYTHONPATH=f"{tmp_path / 'site-packages'}:{flights.folder}") == set()
    assert state(flights) == before


@pytest.mark.parametrize(("path", "old", "new"), WORDS, ids=[path for path, _, _ in WORDS])
def test_words_reach_no_stage(flights: Project, path: str, old: str, new: str) -> None:
    edit(flights, path, old, new)

    assert reached(flights) == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "stages"),
    [
        (f"{SOURCES}/core/rules/floors.py", '"""', 'X = 1\n"""', {"decide"}),
        (f"{SOURCES}/core/gate.py", "run `ratchet run` again", "do run `ratchet run` again", {"decide"}),
        (f"{SOURCES}/serving/app.py", "from __future__ import annotations", "from __future__ import annotations\nX = 1", {"runtime"}),
        (f"{SOURCES}/modeling/plots.py", "from __future__ import annotations", "from __future__ import annotations\nX = 1", {"evaluate"}),
        (f"{SOURCES}/modeling/onnx_trees.py", "from __future__ import annotations", "from __future__ import annotations\nX = 1", {"convert", "check_parity"}),
        ("tests/model/test_flights.py", "from __future__ import annotations", "from __future__ import annotations\nX = 1", {"test_model"}),
    ],
)  # fmt: skip
def test_code_reaches_its_stages_and_no_others(
    flights: Project, path: str, old: str, new: str, stages: set[str]
) -> None:
    edit(flights, path, old, new)

    assert reached(flights) == stages


@pytest.mark.parametrize(
    ("package", "stages"),
    [
        ("ruff", set()),
        ("pytest", {"test_model"}),
        ("great-expectations", {"check_data"}),
        ("onnxruntime", {"check_parity", "measure_latency", "runtime"}),
        ("matplotlib", {"evaluate"}),
        ("skl2onnx", {*MAKING, "check_parity"}),
        ("numpy", {*MAKING, *MEASURING, "decide", "runtime"}),
    ],
)
def test_a_package_in_the_lock_reaches_the_stages_that_import_it(
    flights: Project, package: str, stages: set[str]
) -> None:
    lock(flights, package)

    assert reached(flights) == stages


def test_a_setting_and_a_rule_of_the_gate_decide_again_and_spend_no_look(flights: Project) -> None:
    before = state(flights)
    flights.edit_params(gate__minimum_slice_rows=250)
    edit(flights, f"{SOURCES}/core/gate.py", "run `ratchet run` again", "do run `ratchet run` again")

    assert ran(flights) == {"decide"}
    assert state(flights) == before


def test_another_runtime_in_the_lock_asks_parity_and_latency_again(flights: Project) -> None:
    before = state(flights)
    lock(flights, "onnxruntime")

    assert ran(flights) == {"check_parity", "measure_latency", "decide"}
    assert state(flights) == before


def test_code_of_the_export_that_gives_the_same_bytes_measures_nothing_again(flights: Project) -> None:
    before = state(flights)
    edit(flights, f"{SOURCES}/modeling/onnx_trees.py", "from __future__ import annotations", "from __future__ import annotations\n\nX = 1")  # fmt: skip

    assert ran(flights) == {"convert", "check_parity", "decide"}
    after = state(flights)
    assert (after.model, after.look) == (before.model, before.look)
    assert after.bundle != before.bundle


def test_what_measures_a_model_comes_after_what_makes_it(flights: Project) -> None:
    """Each depends on files inside the folder that `convert` writes as a whole."""
    drawn = flights.run("dvc", "dag", "--dot").stdout

    assert {stage for stage in MEASURING if f'"convert" -> "{stage}"' in drawn} == MEASURING


def test_a_fault_in_a_block_that_no_stage_reads_stops_a_bare_repro(flights: Project) -> None:
    flights.edit_params(retrain__holdout_periods=0)

    done = flights.run("dvc", "repro")

    assert done.returncode != 0
    assert "retrain.holdout_periods: found 0" in done.stderr
    assert not subprocess.run(["git", "diff", "--quiet", "--", "dvc.lock"], cwd=flights.folder, check=False).returncode


@pytest.mark.slow
def test_another_numpy_with_the_same_bytes_runs_all_and_spends_no_look(flights: Project) -> None:
    before = state(flights)
    lock(flights, "numpy")

    assert ran(flights) == {*MAKING, *MEASURING, "decide"}
    after = state(flights)
    assert (after.model, after.look) == (before.model, before.look)


@pytest.mark.slow
def test_an_estimators_parameter_makes_another_model_and_spends_a_look(flights: Project) -> None:
    before = state(flights)
    flights.edit_params(train__hist_gradient_boosting={"max_iter": 15})

    assert ran(flights) == {"train", "convert", *MEASURING, "decide"}
    after = state(flights)
    assert after.bundle != before.bundle
    assert after.model["model.onnx"] != before.model["model.onnx"]
    assert after.look == before.look + 1


ROWS = "incoming/flights.parquet"


@pytest.fixture(scope="module")
def finished_feed(finished_flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its rows in a file, which changes without any code."""
    folder = tmp_path_factory.mktemp("feed") / "project"
    shutil.copytree(finished_flights, folder, symlinks=True)
    project = Project(folder)
    (folder / ROWS).parent.mkdir()
    shutil.copy2(folder / "data/rows.parquet", folder / ROWS)
    project.edit_params(
        ingest={"source": "parquet", "path": ROWS, "options": {}}, retrain__moves={}, retrain__period=None
    )
    project.ran()
    return folder


@pytest.fixture
def feed(finished_feed: Path, tmp_path: Path) -> Project:
    shutil.copytree(finished_feed, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def leave_out(project: Project, *, newest: bool) -> None:
    """Take one row out of the file: the newest is held out, the oldest trained on."""
    rows = pd.read_parquet(project.folder / ROWS)
    time = rows["scheduled_departure"]
    rows.drop(index=time.idxmax() if newest else time.idxmin()).to_parquet(project.folder / ROWS)


@pytest.mark.slow
def test_a_row_of_the_training_side_makes_another_model_and_spends_a_look(feed: Project) -> None:
    before = state(feed)
    leave_out(feed, newest=False)

    assert ran(feed) == {*MAKING, *MEASURING, "decide"}
    after = state(feed)
    assert after.model["model.onnx"] != before.model["model.onnx"]
    assert after.look == before.look + 1


@pytest.mark.slow
def test_a_row_of_the_holdout_trains_nothing(feed: Project) -> None:
    before = state(feed)
    leave_out(feed, newest=True)

    assert ran(feed) == {"ingest", "check_data", "split", *MEASURING, "decide"}
    after = state(feed)
    assert (after.bundle, after.model) == (before.bundle, before.model)
    assert after.look == 1, "no candidate was judged on these rows before"
