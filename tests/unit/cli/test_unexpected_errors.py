"""What nobody expected is no verdict: it ends with 70, on one line, and leaves a file."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from modelratchet.cli.main import COMMANDS, main
from modelratchet.errors import ExitCode
from modelratchet.storage.bug_reports import DEBUG_VARIABLE


class PanicException(BaseException):
    """What a library written in Rust raises where it has a bug."""


_WORSE: list[Callable[[], None]] = []


@click.command()
def explode() -> None:
    """Do what the test put in."""
    _WORSE[-1]()


@pytest.fixture
def raising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Gives `ratchet explode`, in a project's folder, an error to raise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DEBUG_VARIABLE, "")
    monkeypatch.setitem(COMMANDS, "explode", (__name__, "explode", "Raise an error."))
    Path("params.yaml").touch()

    def put(error: BaseException) -> None:
        def action() -> None:
            raise error

        _WORSE.append(action)

    return put


def files() -> list[Path]:
    return list(Path(".ratchet/errors").glob("*"))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("boom"), SystemExit(1), MemoryError(), EOFError(), BrokenPipeError(), PanicException("boom"), GeneratorExit(),
        asyncio.CancelledError(), BaseExceptionGroup("several", [KeyboardInterrupt()]),
    ],
    ids=repr,
)  # fmt: skip
def test_it_ends_with_70_on_one_line_and_leaves_its_traceback(
    raising: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    raising(error)

    assert main(["explode"]) == 70
    printed = capsys.readouterr().err
    (file,) = files()
    assert printed.count("\n") == 1
    assert printed.startswith("ratchet: this is a bug, and no verdict: ")
    assert type(error).__name__ in printed
    assert str(file) in printed
    assert "report it with this file to the maintainers of modelratchet" in printed
    assert "Traceback (most recent call last)" in file.read_text()


def test_debug_prints_the_traceback_too(
    raising: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    raising(RuntimeError("boom"))

    assert main(["--debug", "explode"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err
    assert os.environ[DEBUG_VARIABLE] == "1"
    assert len(files()) == 1


def test_traceback_is_printed_where_no_file_can_be_written(
    raising: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkstemp", read_only)
    raising(RuntimeError("boom"))

    assert main(["explode"]) == 70
    printed = capsys.readouterr().err
    assert "RuntimeError: boom; no file could be written" in printed
    assert "Traceback (most recent call last)" in printed


@pytest.mark.parametrize("broken", ["tempfile.mkstemp", "traceback.format_exception"])
@pytest.mark.parametrize("error", [ValueError("embedded null byte"), KeyboardInterrupt()], ids=repr)
def test_report_that_cannot_be_made_changes_no_exit_code(
    raising: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    broken: str, error: BaseException,
) -> None:  # fmt: skip
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(broken, fail)
    raising(RuntimeError("boom"))

    assert main(["explode"]) == 70
    assert capsys.readouterr().err.startswith("ratchet: this is a bug, and no verdict: RuntimeError")


def test_full_disk_ends_with_4(raising: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]) -> None:
    raising(OSError(errno.ENOSPC, "No space left on device", "rows.parquet"))

    assert main(["explode"]) == ExitCode.OUTSIDE
    assert "rows.parquet could not be written: No space left on device" in capsys.readouterr().err
    assert files() == []


def test_ctrl_c_is_no_bug(raising: Callable[[BaseException], None]) -> None:
    raising(KeyboardInterrupt())

    assert main(["explode"]) == 130
    assert files() == []


def test_command_that_cannot_be_imported_is_a_bug(
    raising: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "explode", ("no_such_module", "explode", "Be not there."))

    assert main(["explode"]) == 70
    assert "ModuleNotFoundError: No module named 'no_such_module'" in capsys.readouterr().err


def ended(command: str, **streams: Any) -> int:
    # as users have it: what is printed is kept back until there is enough of it, or until the end
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams}
    return subprocess.run(
        [sys.executable, "-m", "modelratchet", command], env=environment, check=False, **streams
    ).returncode


@pytest.mark.parametrize("command", ["--help", "doctor"])
def test_reader_who_leaves_before_the_end_is_neither_verdict_nor_bug(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert ended(command, stdout=writer) == ExitCode.UNREAD
    finally:
        os.close(writer)


def test_error_that_cannot_be_printed_keeps_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Path("/dev/full").open("wb") as full:
        assert ended("run", stderr=full.fileno()) == ExitCode.USAGE
        assert ended("show", stderr=full.fileno()) == ExitCode.EVIDENCE
        assert ended("doctor", stdout=full.fileno()) == ExitCode.OUTSIDE


@pytest.mark.parametrize(("command", "code"), [("run", 2), ("show", 3)])
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-"])
def test_stream_that_is_closed_from_the_start_keeps_the_exit_code(
    tmp_path: Path, command: str, code: int, streams: str
) -> None:
    shell = f'"{sys.executable}" -m modelratchet {command} {streams}'

    assert subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, check=False).returncode == code
