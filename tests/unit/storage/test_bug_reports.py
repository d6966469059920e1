"""What is left of an error that nobody expected."""

from __future__ import annotations

import errno
import stat
import tempfile
from pathlib import Path

import pytest

from modelratchet.storage.bug_reports import BugReport, disk_fault, report_bug

COMMAND = ("ratchet", "gate", "check")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and beside it one for temporary files."""
    (tmp_path / "temporary").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def reported(message: str = "boom", command: tuple[str, ...] = COMMAND) -> BugReport:
    try:
        raise RuntimeError(message)
    except RuntimeError as error:
        return report_bug(error, command)


def test_file_lies_in_the_projects_folder(folder: Path) -> None:
    Path("params.yaml").touch()

    report = reported()

    (file,) = Path(".ratchet/errors").iterdir()
    assert str(file) in report.line
    assert file.read_text() == report.text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_file_lies_with_temporary_files_where_there_is_no_project(folder: Path) -> None:
    report = reported()

    (file,) = (folder / "temporary").iterdir()
    assert str(file) in report.line
    assert not Path(".ratchet").exists()


def test_text_says_what_ran_when_and_with_which_versions(folder: Path) -> None:
    text = reported().text

    for word in (
        "modelratchet 0.",
        "Python 3.",
        "command: ratchet gate check",
        "Z\n",
        "Traceback",
        'RuntimeError("boom"',
    ):
        assert word in text.replace("RuntimeError(message)", 'RuntimeError("boom"')


def test_line_is_one_line_of_bearable_length(folder: Path) -> None:
    line = reported("first\nsecond\n" + "x" * 5000).line

    assert "\n" not in line
    assert "RuntimeError: first second" in line
    assert len(line) < 700


def test_folder_of_the_project_that_cannot_be_written_is_passed_by(folder: Path) -> None:
    Path("params.yaml").touch()
    Path(".ratchet").write_text("no folder")

    assert str(folder / "temporary") in reported().line


def test_error_is_told_whole_where_no_file_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    report = reported()

    assert not report.is_kept
    assert "RuntimeError: boom; no file could be written" in report.line
    assert "Traceback" in report.text


def test_message_that_cannot_be_made_hides_nothing(folder: Path) -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert "MuteError" in report_bug(MuteError(), COMMAND).line


@pytest.mark.parametrize(
    "command",
    [
        ("conformance", "-H", "Authorization: Bearer hush-hush"),
        ("conformance", "--header", "X-Api-Key: hush-hush"),
        ("registry", "migrate", "--to", "postgresql+psycopg2://me:hush-hush@host/db"),
        ("any", "--password", "hush-hush"),
        ("any", "--token=hush-hush"),
    ],
    ids=" ".join,
)
def test_secret_on_the_command_line_is_left_out(folder: Path, command: tuple[str, ...]) -> None:
    report = reported(command=command)

    assert "hush" not in report.text
    assert f"command: {command[0]} " in report.text


def test_secret_of_the_environment_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hush-hush")
    report = reported("no entry with hush-hush at https://me:other@host/path")

    assert "hush" not in report.text + report.line
    assert "me:other" not in report.text + report.line
    assert "no entry with … at https://…@host/path" in report.line


def test_full_disk_is_the_disks_fault() -> None:
    fault = disk_fault(OSError(errno.ENOSPC, "No space left on device", "rows.parquet"))

    assert fault is not None
    assert fault.message == "rows.parquet could not be written: No space left on device"


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "no such file"), ConnectionError(), ValueError()])
def test_any_other_error_is_not(error: Exception) -> None:
    assert disk_fault(error) is None
