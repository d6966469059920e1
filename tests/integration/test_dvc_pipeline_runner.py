"""The runner on a real DVC repository with small stages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from modelratchet.adapters.dvc_pipeline_runner import DvcPipelineRunner
from modelratchet.errors import ConfigError, OutsideError
from modelratchet.usecases.ports.pipeline import RunRequest, StageEvent, StageKept, StageStarted
from modelratchet.usecases.run_pipeline import PipelineOutcome, run_pipeline
from tests.patience import wait_until

pytestmark = pytest.mark.integration
SOURCES = Path(__file__).parents[2] / "src"

PIPELINE = """
stages:
  first:
    cmd: exec python -m pipeline.first
    deps: [seed.txt]
    outs: [first.txt]
  second:
    cmd: exec python -m pipeline.second
    deps: [first.txt]
    outs: [second.txt]
"""
STAGE = """
from pathlib import Path
from modelratchet.errors import DataError
from modelratchet.wiring.stage import run_stage

def main():
    {body}
    Path("{name}.txt").write_text("{name}")

run_stage("{name}", main)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(SOURCES))
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], check=True, env={**os.environ, "DVC_NO_ANALYTICS": "1"})
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "seed.txt").write_text("1")
    write_stage("first", "pass")
    write_stage("second", "pass")
    return tmp_path


def write_stage(name: str, body: str) -> None:
    Path(f"pipeline/{name}.py").write_text(textwrap.dedent(STAGE).format(name=name, body=body))


def run(events: list[StageEvent] | None = None) -> PipelineOutcome:
    journal = Path(f"journal-{time.monotonic_ns()}")
    watch = events.append if events is not None else (lambda _: None)
    return run_pipeline(DvcPipelineRunner(Path()), RunRequest((), force=False, journal=journal), watch)


def test_first_run_runs_every_stage_and_the_second_keeps_them(project: Path) -> None:
    first, events = run(), list[StageEvent]()
    second = run(events)

    assert [item.stage for item in first.ran] == ["first", "second"]
    assert second.did_nothing
    assert events == [StageKept("first"), StageKept("second")]


def test_stage_that_fails_passes_its_message_and_exit_code_on(project: Path) -> None:
    write_stage("second", 'raise DataError("no rows", hint="add some")')

    outcome = run()

    assert not outcome.has_ended_well
    assert outcome.failed is not None
    assert (outcome.failed.stage, outcome.failed.exit_code) == ("second", 2)
    assert (outcome.failed.message, outcome.failed.hint) == ("no rows", "add some")


def test_bug_in_a_stage_is_passed_on_as_one(project: Path) -> None:
    write_stage("second", 'raise RuntimeError("boom")')

    outcome = run()

    assert outcome.failed is not None
    assert (outcome.failed.stage, outcome.failed.exit_code) == ("second", 70)
    assert outcome.failed.message.startswith("this is a bug, and no verdict: RuntimeError: boom; the traceback is in ")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("import os; os.kill(os.getpid(), 11)", "it was ended by SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", "it was ended by SIGKILL, as where memory runs out,"),
        ("import os; os._exit(1)", "it ended with 1"),
        ("import atexit, os; atexit.register(os._exit, 3)", "it ended with 3"),
    ],
)
def test_stage_that_dies_without_a_word_is_named(project: Path, body: str, why: str) -> None:
    write_stage("second", body)

    outcome = run()

    assert not outcome.has_ended_well
    assert outcome.failed is not None
    assert (outcome.failed.stage, outcome.failed.exit_code) == ("second", 70)
    assert outcome.failed.message == f"{why} and did not say why; this is no verdict"


def test_stage_that_cannot_be_imported_is_named(project: Path) -> None:
    Path("pipeline/second.py").write_text("import no_such_module")

    outcome = run()

    assert outcome.failed is not None
    assert (outcome.failed.stage, outcome.failed.exit_code) == ("second", 70)


def test_engine_that_is_killed_is_no_verdict(project: Path) -> None:
    write_stage("second", "import os, time; os.kill(os.getppid(), 9); time.sleep(600)")

    outcome = run()

    assert outcome.failed is not None
    assert (outcome.failed.stage, outcome.failed.exit_code) == ("second", 70)
    assert "SIGKILL" in outcome.failed.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("deps: [first.txt]", "deps: [nothing.txt]"),
        ("outs: [second.txt]", "outs: [nothing.txt]"),
        ("outs: [second.txt]", "outs: [first.txt]"),
        ("cmd: exec python -m pipeline.first", "cmd: [1"),
    ],
    ids=["no input", "no output", "output of two stages", "no YAML"],
)
def test_fault_of_dvc_yaml_is_no_stages_fault(project: Path, old: str, new: str) -> None:
    runner = DvcPipelineRunner(Path())
    broken = PIPELINE.replace(old, new)
    names, runner.stages = runner.stages(), lambda: names  # type: ignore[method-assign]
    Path("dvc.yaml").write_text(broken)

    outcome = run_pipeline(runner, RunRequest((), force=False, journal=Path("journal")), lambda _: None)

    assert not outcome.has_ended_well
    assert outcome.failed is None


def test_run_goes_on_from_the_last_whole_stage(project: Path) -> None:
    write_stage("second", 'raise DataError("no rows")')
    run()
    write_stage("second", "pass")

    events: list[StageEvent] = []
    assert run(events).has_ended_well
    assert StageKept("first") in events
    assert StageStarted("second") in events


def test_second_run_at_the_same_time_is_told_to_wait(project: Path) -> None:
    write_stage("first", "import time; Path('started').write_text(''); time.sleep(600)")
    running = subprocess.Popen([sys.executable, "-m", "dvc", "repro", "-q"], start_new_session=True)
    try:
        wait_until((project / "started").exists)
        with pytest.raises(OutsideError, match="another run"):
            run()
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def test_stage_ends_with_the_engine_that_was_killed(project: Path) -> None:
    write_stage("first", "import time, os; Path('started').write_text(str(os.getpid())); time.sleep(600)")
    running = subprocess.Popen([sys.executable, "-m", "dvc", "repro", "-q"], start_new_session=True)
    wait_until(lambda: (project / "started").exists() and (project / "started").read_text())
    stage = int((project / "started").read_text())

    running.kill()
    running.wait()

    wait_until(lambda: not is_alive(stage), "for the stage to end with its engine")


def test_folder_without_a_pipeline_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not here"):
        DvcPipelineRunner(tmp_path).stages()


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
