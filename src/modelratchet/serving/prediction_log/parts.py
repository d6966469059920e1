"""The files that one worker wrote, and how the small ones of an hour become one. Called by the writer's second thread only."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.log_files import LogFile, hour_folder, parse_name, standing
from modelratchet.serving.prediction_log.parquet import SMALL, Form, decode_rows, encode_rows
from modelratchet.storage.log_stores import LogStore

# what is decoded for a merge is held in memory, about three times this
MERGED_BYTES = 8 << 20


@dataclass(frozen=True)
class Part:
    """A file that is in the store for certain."""

    file: LogFile
    size_bytes: int


class Parts:
    """One worker's files of one stream."""

    def __init__(self, store: LogStore, worker: str, folder: str = "") -> None:
        """Start with none.

        Args:
            store: where the log lies.
            worker: no other worker has this name, not even an earlier one.
            folder: of the stream in the log, with a slash; empty for predictions.
        """
        self._store = store
        self._worker = worker
        self._folder = folder
        self._next = 0
        self._written: dict[int, list[Part]] = {}

    def next_file(self) -> LogFile:
        """Name a part that was never named before."""
        self._next += 1
        return LogFile(self._worker, self._next - 1, self._next - 1)

    def put(self, hour: int, file: LogFile, data: bytes) -> None:
        """Write a part.

        Raises:
            StorageError: it may or may not be there now; put the same again.
        """
        self._store.put(self._path(hour, file), data)
        self._written.setdefault(hour, []).append(Part(file, len(data)))

    def merge(self, before_hour: int, form: Form) -> bool:
        """Take one step of merging what was written for hours before this one; False where nothing is left to do.

        A step makes one file of some parts, or, once an hour has only such files, removes what they supersede, of any worker.

        Raises:
            StorageError: the store failed; what is there can be read, and the next call goes on.
        """
        hour = min(self._written, default=before_hour)
        if hour >= before_hour:
            return False
        parts = self._written[hour]
        run = next(iter(_runs(parts)), None)
        try:
            if run is not None:
                parts[parts.index(run[0]) : parts.index(run[-1]) + 1] = [self._merged(hour, run, form)]
                return True
            self._tidy(hour)
        except FileNotFoundError:
            pass  # somebody moved the files: they are theirs now
        del self._written[hour]
        return True

    def _merged(self, hour: int, run: list[Part], form: Form) -> Part:
        file = LogFile(self._worker, run[0].file.first, run[-1].file.last)
        batches = decode_rows(self._store.read(self._path(hour, part.file)) for part in run)
        data = encode_rows(batches, form, SMALL)
        self._store.put(self._path(hour, file), data)
        return Part(file, len(data))

    def _tidy(self, hour: int) -> None:
        folder = f"{self._folder}{hour_folder(hour)}"
        found = {file for file in map(parse_name, self._store.names(folder)) if file is not None}
        for file in sorted(found - set(standing(found))):
            self._store.remove(f"{folder}/{file.name}")

    def _path(self, hour: int, file: LogFile) -> str:
        return f"{self._folder}{hour_folder(hour)}/{file.name}"


def _runs(parts: list[Part]) -> list[list[Part]]:
    """Neighbours that together stay below the limit; those that stand alone are left out."""
    runs: list[list[Part]] = []
    size = MERGED_BYTES
    for part in parts:
        if size + part.size_bytes > MERGED_BYTES:
            runs.append([])
            size = 0
        runs[-1].append(part)
        size += part.size_bytes
    return [run for run in runs if len(run) > 1]
