"""Settings and lock while a retraining runs: whatever ends it, they are the old ones, or known to be the new ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modelratchet.errors import EvidenceError, OutsideError, StorageError
from modelratchet.storage import settings_move
from modelratchet.storage.only_one import only_one
from modelratchet.storage.settings_move import SettingsMove

OLD, NEW, NEWER = b"last: 11 # why\r\n", b"last: 12 # why\r\n", b"last: 13\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_bytes(OLD)
    (tmp_path / "dvc.lock").write_bytes(b"old lock")
    return tmp_path


def move(folder: Path) -> SettingsMove:
    """As another process would see it."""
    return SettingsMove(folder / "params.yaml", folder / "dvc.lock", folder / ".ratchet" / "retrain")


def found(folder: Path) -> tuple[bytes, bytes | None]:
    lock = folder / "dvc.lock"
    return (folder / "params.yaml").read_bytes(), lock.read_bytes() if lock.exists() else None


def begin(folder: Path, settings: bytes = NEW) -> None:
    """Begin, and let a stage write the lock."""
    move(folder).begin(settings)
    (folder / "dvc.lock").write_bytes(b"new lock")


def test_undone_move_leaves_settings_and_lock_as_they_were(folder: Path) -> None:
    begin(folder)

    assert found(folder) == (NEW, b"new lock")
    assert move(folder).undo()
    assert found(folder) == (OLD, b"old lock")
    assert not move(folder).is_unfinished()


def test_kept_move_cannot_be_undone(folder: Path) -> None:
    begin(folder)
    move(folder).keep()

    assert not move(folder).undo()
    assert found(folder) == (NEW, b"new lock")
    assert move(folder).original() == NEW
    assert not (folder / ".ratchet" / "retrain").exists()


def test_undone_move_takes_away_a_lock_that_was_not_there(folder: Path) -> None:
    (folder / "dvc.lock").unlink()
    begin(folder)

    move(folder).undo()

    assert found(folder) == (OLD, None)


def test_settings_before_a_move_that_was_killed_are_the_original(folder: Path) -> None:
    begin(folder)

    assert move(folder).is_unfinished()
    assert move(folder).original() == OLD


def test_move_after_one_that_was_killed_goes_back_to_before_both(folder: Path) -> None:
    begin(folder)
    begin(folder, NEWER)

    assert found(folder)[0] == NEWER
    assert move(folder).original() == OLD
    move(folder).undo()
    assert found(folder) == (OLD, b"old lock")


def test_person_who_edits_the_settings_meanwhile_has_the_last_word(folder: Path) -> None:
    begin(folder)
    (folder / "params.yaml").write_bytes(b"mine")

    assert move(folder).original() == b"mine"
    assert not move(folder).undo()
    assert found(folder) == (b"mine", b"new lock")


KILLED_WRITING = """
import os, signal, sys
from pathlib import Path
from modelratchet.storage import files, settings_move
from tests.unit.storage.test_settings_move import NEW, NEWER, move

folder, verb, steps = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def counted(change):
    def call(*arguments, **named):
        global steps
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return change(*arguments, **named)
    return call

Path.replace, Path.unlink = counted(Path.replace), counted(Path.unlink)
{"begin": lambda: move(folder).begin(NEW), "again": lambda: move(folder).begin(NEWER), "undo": move(folder).undo}[verb]()
"""


def killed(folder: Path, verb: str, steps: int) -> bool:
    """Do one thing in a process that is killed before it changes a file for the n-th time; False once it ended before that."""
    command = [sys.executable, "-c", KILLED_WRITING, str(folder), verb, str(steps)]
    root = Path(settings_move.__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}
    done = subprocess.run(command, check=False, env=environment, capture_output=True)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["begin", "again", "undo"])
def test_move_that_is_killed_at_any_step_loses_nothing(tmp_path: Path, verb: str) -> None:
    for steps in range(30):
        folder = tmp_path / str(steps)
        folder.mkdir()
        (folder / "params.yaml").write_bytes(OLD)
        (folder / "dvc.lock").write_bytes(b"old lock")
        if verb != "begin":
            begin(folder)
        if not killed(folder, verb, steps):
            break
        assert move(folder).original() == OLD
        assert found(folder)[0] in (OLD, NEW, NEWER)
        move(folder).undo()
        assert found(folder)[0] == OLD
        assert verb == "again" or found(folder)[1] == b"old lock"
    assert steps > 2


def test_move_that_cannot_be_written_changes_nothing(folder: Path) -> None:
    (folder / ".ratchet" / "retrain" / "dvc.lock").mkdir(parents=True)

    with pytest.raises(StorageError, match="could not be written"):
        move(folder).begin(NEW)

    assert found(folder) == (OLD, b"old lock")


def test_record_that_is_no_record_is_told(folder: Path) -> None:
    begin(folder)
    (folder / ".ratchet" / "retrain" / "move.json").write_text("{")

    with pytest.raises(EvidenceError, match="is not JSON"):
        move(folder).original()


def test_second_holder_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / ".ratchet" / "lock"

    with (
        only_one(path, "retraining"),
        pytest.raises(OutsideError, match="another retraining is going on"),
        only_one(path, "retraining"),
    ):
        pytest.fail("two at once")
    with only_one(path, "retraining"):
        pass


def test_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="could not be written"), only_one(tmp_path / "file" / "lock", "retraining"):
        pytest.fail("held")
