"""The edge of a stage: what each kind of error ends it with."""

from __future__ import annotations

import asyncio
import errno
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelratchet.config.environment import JOURNAL_VARIABLE
from modelratchet.errors import DataError, DataRejectedError
from modelratchet.storage.bug_reports import DEBUG_VARIABLE
from modelratchet.storage.journal import StageRun, read_stage_runs
from modelratchet.wiring import stage

Run = Callable[[Callable[[], bool | None]], StageRun]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a stage in a project's folder; what the journal says of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(JOURNAL_VARIABLE, str(tmp_path / "journal.jsonl"))
    monkeypatch.setenv(DEBUG_VARIABLE, "")
    monkeypatch.delenv("DVC_STAGE", raising=False)
    # they would hold for the whole of the tests' process
    monkeypatch.setattr(stage, "_end_with_parent", lambda: None)
    monkeypatch.setattr(stage, "switch_telemetry_off", lambda: None)
    Path("params.yaml").touch()

    def ended(main: Callable[[], bool | None]) -> StageRun:
        with pytest.raises(SystemExit) as end:
            stage.run_stage("train", main)
        (found,) = read_stage_runs(tmp_path / "journal.jsonl")
        assert end.value.code == found.exit_code
        return found

    yield ended
    sys.modules.pop("own_project", None)


def raising(error: BaseException) -> Callable[[], bool | None]:
    def main() -> None:
        raise error

    return main


def own(function: str) -> Callable[[], bool | None]:
    """A call into the project's own module."""
    Path("own_project.py").write_text(f"def estimator():\n    {function}\n")
    return lambda: importlib.import_module("own_project").estimator()


def test_what_nobody_expected_is_a_bug_on_one_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(raising(RuntimeError("boom")))

    printed = capsys.readouterr().err
    (file,) = Path(".ratchet/errors").iterdir()
    assert found.exit_code == 70
    assert printed.count("\n") == 1
    assert printed.startswith(
        "train: this is a bug, and no verdict: RuntimeError: boom; the traceback is in .ratchet/errors/"
    )
    assert "Traceback" in file.read_text()


class PanicException(BaseException):
    """What a library written in Rust raises where it has a bug."""


@pytest.mark.parametrize(
    "error",
    [PanicException("boom"), GeneratorExit(), asyncio.CancelledError(), BaseExceptionGroup("two", [SystemExit(1)])],
    ids=repr,
)
def test_error_of_any_kind_is_a_bug_in_the_journal(run: Run, error: BaseException) -> None:
    found = run(raising(error))

    assert found.exit_code == 70
    assert type(error).__name__ in found.message


def test_error_that_cannot_be_reported_is_a_bug_in_the_journal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("modelratchet.wiring.unexpected.ending_of", fail)
    found = run(raising(RuntimeError("boom")))

    assert found.exit_code == 70
    assert found.message == "this is a bug, and no verdict: RuntimeError; it could not be reported either"


def test_message_that_nobody_reads_keeps_the_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())

    assert run(raising(DataError("no rows"))).exit_code == 2


def test_own_error_without_a_message_is_told_with_its_line(run: Run) -> None:
    Path("mute.py").write_text("class MuteError(Exception):\n    def __str__(self):\n        return 1 / 0\n")
    found = run(own("import mute; raise mute.MuteError"))

    assert found.exit_code == 2
    assert "MuteError" in found.message


def test_secret_in_an_error_of_the_projects_own_code_is_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "hush-hush")
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    found = run(own("import os; raise ValueError(os.environ['WAREHOUSE_PASSWORD'])"))

    assert found.exit_code == 2
    assert "hush" not in found.message + capsys.readouterr().err


def test_debugging_prints_the_traceback_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(DEBUG_VARIABLE, "1")

    assert run(raising(RuntimeError("boom"))).exit_code == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("function", "reason"),
    [("return {}['price']", "KeyError: 'price'"), ("import sys; sys.exit(1)", "SystemExit: 1")],
)
def test_error_of_the_projects_own_code_is_told_with_its_line(run: Run, function: str, reason: str) -> None:
    found = run(own(function))

    assert found.exit_code == 2
    assert found.message == f"own_project.py in line 2 ({function}) failed: {reason}"
    assert not Path(".ratchet").exists()


def test_error_below_the_projects_own_code_is_told_with_the_line_that_led_there(run: Run) -> None:
    found = run(own("import json; json.loads('{')"))

    assert found.exit_code == 2
    assert found.message.startswith("own_project.py in line 2 (")


def test_own_module_that_is_no_python_is_told_with_its_line(run: Run) -> None:
    Path("own_project.py").write_text("\ndef estimator(:\n")

    found = run(lambda: importlib.import_module("own_project").estimator())

    assert found.exit_code == 2
    assert found.message.startswith("own_project.py in line 2 (def estimator(:) failed: SyntaxError")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError("no rows"), 2),
        (DataRejectedError("bad rows"), 1),
        (OSError(errno.ENOSPC, "No space left on device"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_what_was_expected_ends_as_the_tree_says(run: Run, error: BaseException, code: int) -> None:
    assert run(raising(error)).exit_code == code
    assert not Path(".ratchet").exists()
