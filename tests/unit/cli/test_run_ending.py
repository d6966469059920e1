"""What `ratchet run` says and ends with where a run stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.cli.progress import RunProgress
from modelratchet.cli.run import ending
from modelratchet.storage.bug_reports import DEBUG_VARIABLE
from modelratchet.storage.journal import StageRun
from modelratchet.usecases.ports.pipeline import RunRequest, StageDied, StageSaid, StageStarted
from modelratchet.usecases.run_pipeline import PipelineOutcome, run_pipeline
from modelratchet.wiring.commands import LOG
from tests.fakes.pipeline_runner import FakePipelineRunner


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunProgress:
    """Of a run in a folder of its own, where `train` printed a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DEBUG_VARIABLE, "")
    with RunProgress(1, LOG, is_quiet=True) as progress:
        for event in (StageStarted("train"), StageSaid("Traceback"), StageDied("train", -11)):
            progress.watch(event)
    return progress


def outcome(status: int | None, exit_code: int | None) -> PipelineOutcome:
    """What came of a run whose stage died with `status`, and left `exit_code` in the journal."""
    runner = FakePipelineRunner(exit_code=exit_code, died=StageDied("train", status))
    return run_pipeline(runner, RunRequest((), force=False, journal=Path("journal")), lambda _: None)


def test_stage_that_died_is_one_line_and_no_verdict(progress: RunProgress, capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(outcome(-11, None), progress) == 70
    assert capsys.readouterr().err.strip() == (
        f"ratchet: train: it was ended by SIGSEGV and did not say why; this is no verdict; all that was printed is in {LOG}"
    )


def test_debugging_prints_what_the_stage_printed(
    progress: RunProgress, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    ending(outcome(-11, None), progress)

    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (-9, "it was ended by SIGKILL, as where memory runs out, and did"),
        (139, "it was ended by SIGSEGV and did"),
        (1, "it ended with 1 and did"),
        (255, "it ended with 255 and did"),
        (None, "it failed and did"),
    ],
)
def test_how_a_stage_died_is_in_words(progress: RunProgress, status: int | None, words: str) -> None:
    died = outcome(status, None).died

    assert died is not None
    assert died.message.startswith(words)


def test_stage_that_dies_after_it_was_done_is_no_verdict(progress: RunProgress) -> None:
    assert ending(outcome(-11, 0), progress) == 70


def test_stage_that_said_why_ends_as_it_said(progress: RunProgress, capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(outcome(1, 1), progress) == 1
    assert "no verdict" not in capsys.readouterr().err


def test_complaint_of_the_engine_is_a_usage_error(progress: RunProgress, capsys: pytest.CaptureFixture[str]) -> None:
    done = StageRun("train", 0.1, 0, "", "", did_work=True)

    assert ending(PipelineOutcome(("train",), (done,), (), has_ended_well=False), progress) == 2
    assert f"the pipeline stopped; all that it printed is in {LOG}" in capsys.readouterr().err
