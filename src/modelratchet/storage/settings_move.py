"""`params.yaml` and `dvc.lock` while a retraining runs: moved, then kept or put back, whatever happens in between.

Before the settings are moved both files are copied, and a record names what was written. To put them back takes two renames, which need no room on a
disk that has become full. A kill leaves the record: whoever comes next reads the settings as they were, and decides anew.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from modelratchet.core.digests import digest_bytes
from modelratchet.storage.files import read_supplied, storage_error, write_bytes, write_record


@dataclass(frozen=True)
class MoveRecord:
    """A move that has begun and not ended: the digest of the settings it wrote, and whether there was a lock before."""

    FORMAT: ClassVar[str] = "modelratchet/settings-move"
    VERSION: ClassVar[int] = 1

    moved: str
    had_lock: bool


class SettingsMove:
    """Moves the settings of one project. Only the holder of `only_one` may."""

    def __init__(self, settings: Path, lock: Path, folder: Path) -> None:
        """Take the two files, and a folder on the same disk for what a kill would lose."""
        self._settings, self._lock = settings, lock
        self._old_settings, self._old_lock = folder / settings.name, folder / lock.name
        self._record = folder / "move.json"

    def original(self) -> bytes:
        """The settings before the move that was begun last and never ended; those that are there, if none was or a person edited them since.

        Raises:
            OSError: they cannot be read.
        """
        return self._old_settings.read_bytes() if self.is_unfinished() else self._settings.read_bytes()

    def is_unfinished(self) -> bool:
        """Whether the settings that are there are those of a move that never ended.

        Raises:
            EvidenceError: its record cannot be read.
        """
        record = read_supplied(self._record, MoveRecord)
        is_moved = record is not None and digest_bytes(self._settings.read_bytes()) == record.moved
        return is_moved and self._old_settings.exists()

    def begin(self, settings: bytes) -> None:
        """Write other settings, so that `undo` finds what was there before.

        Raises:
            StorageError: a file could not be written; the settings are what they were.
        """
        try:
            self._copy()
        except OSError as error:
            raise storage_error(self._record.parent, error) from error
        write_record(self._record, MoveRecord(digest_bytes(settings), self._old_lock.exists()))
        write_bytes(self._settings, settings)

    def _copy(self) -> None:
        if self.is_unfinished():
            # the older copy of the lock counts: the move that never ended may have let stages write theirs
            write_bytes(self._settings, self._old_settings.read_bytes())
        else:
            write_bytes(self._old_settings, self._settings.read_bytes())
            self._old_lock.unlink(missing_ok=True)
            if self._lock.exists():
                write_bytes(self._old_lock, self._lock.read_bytes())

    def undo(self) -> bool:
        """Put both files back; False where a person edited the settings meanwhile, who then has the last word.

        Raises:
            StorageError: a file could not be replaced; a later call goes on.
        """
        was_unfinished = self.is_unfinished()
        try:
            if was_unfinished:
                record = read_supplied(self._record, MoveRecord)
                if record is None or not record.had_lock:
                    self._lock.unlink(missing_ok=True)
                elif self._old_lock.exists():
                    self._old_lock.replace(self._lock)
                # last: until then this call can be made again
                self._old_settings.replace(self._settings)
            self._record.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(self._settings, error) from error
        return was_unfinished

    def keep(self) -> None:
        """Let the moved settings be the settings."""
        self._record.unlink(missing_ok=True)
        shutil.rmtree(self._record.parent, ignore_errors=True)
