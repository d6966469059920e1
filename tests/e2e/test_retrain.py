"""`ratchet retrain` on real flights: the next month, nothing new, the same event twice, and everything that goes wrong on the way."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.patience import PATIENCE_SECONDS, wait_until
from tests.running_stages import in_the_middle_of, processes_in
from tests.samples.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
NOTE = "# why it begins there"


@dataclass(frozen=True)
class Retrained:
    """A project that was retrained through March once, what it said of that, and what it handed to its job; copy it before changing it."""

    folder: Path
    story: dict[str, Any]
    outputs: str


@pytest.fixture(scope="module")
def january(finished_flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """January is trained on and February held out; version 1 reigns, and months up to December are there."""
    project = copied(finished_flights, tmp_path_factory.mktemp("january") / "project")
    project.edit_params(split__holdout_from="2013-02-01T00:00:00", retrain__holdout_periods=1)
    path = project.folder / "params.yaml"
    path.write_text(path.read_text().replace("'2013-02-01T00:00:00'", f"'2013-02-01T00:00:00'   {NOTE}"))
    project.commit("Train on January")
    assert project.ratchet("promote").returncode == 0
    return project.folder


@pytest.fixture(scope="module")
def through_march(january: Path, tmp_path_factory: pytest.TempPathFactory) -> Retrained:
    """The one retraining that several tests look at."""
    folder = tmp_path_factory.mktemp("march")
    project = copied(january, folder / "project")
    story = retrained(project, "--through", "2013-03", GITHUB_OUTPUT=str(folder / "outputs"))
    return Retrained(project.folder, story, (folder / "outputs").read_text())


@pytest.fixture
def monthly(january: Path, tmp_path: Path) -> Project:
    """A copy before the retraining."""
    return copied(january, tmp_path / "project")


@pytest.fixture
def after(through_march: Retrained, tmp_path: Path) -> Project:
    """A copy after the retraining."""
    return copied(through_march.folder, tmp_path / "after")


def copied(folder: Path, target: Path) -> Project:
    return Project(shutil.copytree(folder, target, symlinks=True))


def retrained(project: Project, *arguments: str, **environment: str) -> dict[str, Any]:
    done = project.ratchet("retrain", "--json", *arguments, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    story: dict[str, Any] = json.loads(done.stdout)
    return story


def tracked_changes(project: Project) -> list[str]:
    lines = project.run("git", "diff", "-U0", "params.yaml").stdout.splitlines()
    return [line.strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def is_untouched(project: Project) -> bool:
    return project.run("git", "status", "--porcelain").stdout == ""


def test_next_month_is_brought_in_once_and_only_its_values_change(through_march: Retrained, after: Project) -> None:
    story = through_march.story
    again = retrained(after, "--through", "2013-03")

    assert (story["outcome"], story["window"]["last"], story["holdout_look"]) == ("retrained", "2013-03", 1)
    assert story["version"] == "2"
    assert "merge<<" in through_march.outputs
    assert tracked_changes(after) == [
        "-    last_month: 2",
        "+    last_month: 3",
        f"-  holdout_from: '2013-02-01T00:00:00'   {NOTE}",
        f"+  holdout_from: '2013-03-01T00:00:00'   {NOTE}",
    ]
    assert (again["outcome"], again["changes"], again["verdict"]) == ("nothing new", {}, None)
    page = (after.folder / "reports" / "retrain.md").read_text()
    assert page.startswith("# Nothing new for flights-late after 2013-03")
    assert after.report("verdict")["champion_version"] == "1"


def test_retrained_model_is_made_again_from_the_commit_that_keeps_its_window(after: Project) -> None:
    """It is recorded before that commit is there: the next run names it."""
    early = after.ratchet("reproduce", "2")
    after.commit("Retrain through 2013-03")
    after.ran()
    done = after.ratchet("reproduce", "2", "--json")

    assert early.returncode == 3
    assert "changes that were not committed" in early.stderr
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["sameness"], found["commit"]) == ("identical", after.run("git", "rev-parse", "HEAD").stdout.strip())


def test_same_event_delivered_twice_makes_one_version_and_takes_one_look(
    through_march: Retrained, after: Project, monthly: Project
) -> None:
    """The second time elsewhere, with nothing of what the first made but the registry."""
    store = f"sqlite:///{after.folder / 'mlflow.db'}"

    stories = [through_march.story, retrained(monthly, "--through", "2013-03", MLFLOW_TRACKING_URI=store)]

    assert [story["outcome"] for story in stories] == ["retrained", "retrained"]
    assert [story["version"] for story in stories] == ["2", "2"]
    assert [story["holdout_look"] for story in stories] == [1, 1]
    assert stories[0]["title"] == stories[1]["title"]
    assert len({(project.folder / "params.yaml").read_bytes() for project in (after, monthly)}) == 1


@pytest.mark.parametrize("stage", ["train", "record"])
def test_retraining_that_was_killed_is_gone_on_with(monthly: Project, through_march: Retrained, stage: str) -> None:
    remember(through_march.folder, monthly, but=stage)
    with running(monthly, "--through", "2013-03") as process, in_the_middle_of(stage, monthly.folder):
        process.kill()
        process.wait()
    wait_until_idle(monthly)

    assert "last_month: 3" in (monthly.folder / "params.yaml").read_text()
    story = retrained(monthly, "--through", "2013-03")

    assert f"== {stage}\n" in (monthly.folder / ".ratchet" / "run.log").read_text()
    assert (story["outcome"], story["version"]) == ("retrained", "2")
    assert story["changes"]["ingest.options.last_month"] == ["2", "3"]
    assert not (monthly.folder / ".ratchet" / "retrain").exists()


def test_stage_that_fails_leaves_the_window_as_it_was(monthly: Project) -> None:
    monthly.edit_params(check_data__suite="not-there")
    monthly.commit("Name a suite that is not there")

    done = monthly.ratchet("retrain", "--through", "2013-03")

    assert done.returncode == 2, done.stdout + done.stderr
    assert "check_data" in done.stderr
    assert done.stderr.rstrip().endswith("are as they were before; the same command tries again.")
    assert is_untouched(monthly)


def test_retraining_that_is_asked_to_stop_undoes_the_move(monthly: Project) -> None:
    with running(monthly, "--through", "2013-03") as process:
        with in_the_middle_of("ingest", monthly.folder):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(PATIENCE_SECONDS)

    assert process.returncode == 130
    assert is_untouched(monthly)


def test_second_retraining_at_the_same_time_is_told_to_wait(monthly: Project) -> None:
    with running(monthly, "--through", "2013-03") as process:
        with in_the_middle_of("ingest", monthly.folder):
            second = monthly.ratchet("retrain", "--through", "2013-04")
            process.terminate()
        process.wait(PATIENCE_SECONDS)

    assert second.returncode == 4
    assert "another retraining is going on" in second.stderr
    assert is_untouched(monthly)


def test_full_disk_stops_it_and_undoes_the_move(monthly: Project) -> None:
    # remembers who reigns: the registry's own file is too large
    retrained(monthly, "--dry-run", "--through", "2013-03")
    with running(monthly, "--through", "2013-03", file_bytes=500_000) as process:
        process.wait(120)

    assert process.returncode == 4
    assert "== ingest" in (monthly.folder / ".ratchet" / "run.log").read_text()
    assert is_untouched(monthly)


def test_folder_that_gets_a_file_a_month_is_cut_to_whole_months(flights: Project) -> None:
    """Rows of CSV files, in the order they come: half of March is not trained on, and no label of it is asked for."""
    months = sampled_months(flights)
    flights.edit_params(
        ingest={"source": "csv", "path": "incoming/*.csv", "since": None, "until": None},
        split__holdout_from="2013-01-15T00:00:00", check_data__suite=None, columns__key=None,
        retrain={"period": "month", "training_periods": 1},
    )  # fmt: skip
    put(flights, months[1], months[2])
    first = retrained(flights)
    put(flights, months[3].head(len(months[3]) // 2).assign(late=""))
    second = retrained(flights)
    put(flights, months[3])
    dry = retrained(flights, "--dry-run")

    assert (first["outcome"], first["window"]) == (
        "retrained",
        {"first": "2013-01", "holdout": "2013-02", "last": "2013-02"},
    )
    assert first["changes"]["ingest.until"] == ["null", "2013-03-01T00:00:00"]
    assert second["outcome"] == "nothing new"
    assert second["notes"][0].startswith("2013-03 has no rows for")
    assert (dry["outcome"], dry["window"]["first"], dry["window"]["last"]) == ("would retrain", "2013-02", "2013-03")


def sampled_months(project: Project) -> dict[int, pd.DataFrame]:
    """Some 2,000 flights of each of three months, in the order of their departures."""
    path = project.folder / "flights.csv"
    code = f"from pipeline.project import rows; rows(1, 3).sort_values('scheduled_departure').to_csv({str(path)!r}, index=False)"
    done = project.run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(path)
    path.unlink()
    return {int(month): rows.iloc[::12] for month, rows in found.groupby("month")}


def put(project: Project, *months: pd.DataFrame) -> None:
    folder = project.folder / "incoming"
    folder.mkdir(exist_ok=True)
    for rows in months:
        rows.to_csv(folder / f"flights-{rows['month'].iloc[0]:02}.csv", index=False)


def remember(finished: Path, project: Project, but: str) -> None:
    """Give DVC what an equal run made, so that only stages that always run, and the one named, have to work."""
    cache = project.folder / ".dvc" / "cache"
    shutil.copytree(finished / ".dvc" / "cache", cache, symlinks=True, dirs_exist_ok=True)
    for runs in [*(cache / "runs").glob("*/*")]:
        if any(f"pipeline.{but}\n" in run.read_text() for run in runs.iterdir()):
            shutil.rmtree(runs)


@contextmanager
def running(project: Project, *arguments: str, file_bytes: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """`ratchet retrain` in a session of its own; `file_bytes` is where its disk is full."""
    (project.folder / ".ratchet" / "run.log").unlink(missing_ok=True)

    def prepare() -> None:
        # a shell that runs the suite in the background has told it to ignore Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    process = subprocess.Popen(
        [sys.executable, "-m", "modelratchet", "retrain", "-q", *arguments],
        cwd=project.folder, env=project.environment(), start_new_session=True, preexec_fn=prepare,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_idle(project: Project) -> None:
    """DVC and its stage end with the `ratchet` that was killed."""
    wait_until(lambda: not processes_in(project.folder))
