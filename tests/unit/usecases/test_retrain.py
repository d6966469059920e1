"""A move is kept where the pipeline ended well, and undone in every other case."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.core.retraining import RetrainOutcome
from modelratchet.core.windows import window_through
from modelratchet.errors import OutsideError
from modelratchet.storage.settings_move import SettingsMove
from modelratchet.usecases.plan_retrain import RetrainPlan
from modelratchet.usecases.ports.pipeline import RunRequest
from modelratchet.usecases.ports.retraining import MovedSettings
from modelratchet.usecases.retrain import Retrained, carry_out, told
from modelratchet.usecases.run_pipeline import run_pipeline
from tests.fakes.pipeline_runner import FakePipelineRunner
from tests.fakes.window_settings import FakeWindowSettings
from tests.samples.windows import RULE, covered, month

OLD, NEW = b"2013-01 2013-09 2013-10", b"2013-01 2013-11 2013-12"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_bytes(OLD)
    (tmp_path / "dvc.lock").write_bytes(b"old")
    return tmp_path


def carried_out(folder: Path, runner: FakePipelineRunner) -> Retrained:
    move = SettingsMove(folder / "params.yaml", folder / "dvc.lock", folder / "state")
    request = RunRequest((), force=False, journal=folder / "journal.jsonl")
    return carry_out(NEW, move, lambda: run_pipeline(runner, request, lambda _: None))


def found(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "params.yaml").read_bytes(), (folder / "dvc.lock").read_bytes()


def test_pipeline_runs_on_the_moved_settings_which_are_kept(folder: Path) -> None:
    seen = []

    def work() -> None:
        seen.append((folder / "params.yaml").read_bytes())
        (folder / "dvc.lock").write_bytes(b"new")

    done = carried_out(folder, FakePipelineRunner(work))

    assert (done.outcome.has_ended_well, done.is_undone) == (True, False)
    assert (seen, found(folder)) == ([NEW], (NEW, b"new"))


def test_stage_that_fails_undoes_the_move(folder: Path) -> None:
    done = carried_out(folder, FakePipelineRunner(lambda: (folder / "dvc.lock").write_bytes(b"new"), exit_code=1))

    assert (done.outcome.has_ended_well, done.is_undone) == (False, True)
    assert found(folder) == (OLD, b"old")


@pytest.mark.parametrize("error", [OutsideError("another run is going on"), KeyboardInterrupt()])
def test_error_and_ctrl_c_undo_the_move(folder: Path, error: BaseException) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        carried_out(folder, FakePipelineRunner(work))

    assert found(folder) == (OLD, b"old")


def test_ctrl_c_while_the_settings_are_moved_undoes_the_move(folder: Path) -> None:
    class Stopped(SettingsMove):
        def begin(self, settings: bytes) -> None:
            super().begin(settings)
            raise KeyboardInterrupt

    move = Stopped(folder / "params.yaml", folder / "dvc.lock", folder / "state")
    with pytest.raises(KeyboardInterrupt):
        carry_out(NEW, move, lambda: pytest.fail("ran"))

    assert found(folder) == (OLD, b"old")


def test_settings_that_a_person_edits_meanwhile_are_left_to_them(folder: Path) -> None:
    done = carried_out(folder, FakePipelineRunner(lambda: (folder / "params.yaml").write_bytes(b"mine"), exit_code=2))

    assert not done.is_undone
    assert found(folder)[0] == b"mine"


def test_what_is_told_names_the_window_and_which_rows_are_held_out() -> None:
    rows = covered("2013-01", "2013-04", m2013_02=36)
    window = window_through(month("2013-04"), rows, RULE)
    moved = MovedSettings(b"", {"last": ("3", "4")})
    plan = RetrainPlan(FakeWindowSettings().declared(OLD), window, moved, "why", ("note",), rows)

    story = told(plan, RetrainOutcome.WOULD_RETRAIN, None)

    assert story.window is not None
    assert (story.window.first, story.window.holdout, story.window.last) == ("2013-01", "2013-03", "2013-04")
    assert [(item.period, item.longest_gap_hours, item.is_held_out) for item in story.rows] == [
        ("2013-01", 1.0, False),
        ("2013-02", 36.0, False),
        ("2013-03", 1.0, True),
        ("2013-04", 1.0, True),
    ]
    assert (story.changes, story.why, story.notes) == ({"last": ("3", "4")}, "why", ("note",))
