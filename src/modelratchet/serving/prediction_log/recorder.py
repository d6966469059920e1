"""One stream of rows (predictions, or feedback) on its way to files of an hour each, in the process that keeps the log.

Two threads call it: one `take`, the other `flush` and `merge`; `writer` has both. No clock is read here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from arro3.core import RecordBatch, Table

from modelratchet.core.log_files import HOUR_NS, LogFile
from modelratchet.serving.prediction_log.parquet import QUICK, Form, encode_rows
from modelratchet.serving.prediction_log.parts import Parts

FILE_ROWS = 100_000
MANY_BATCHES = 256
SMALL_BATCH_ROWS = 256


Given = TypeVar("Given")
Given_contra = TypeVar("Given_contra", contravariant=True)


class Columns(Protocol[Given_contra]):
    """What makes columns of what a stream is given."""

    def of(self, given: Given_contra, /) -> RecordBatch:
        """Make the columns of some rows."""

    def times_ns(self, given: Given_contra, /) -> np.ndarray:
        """Nanoseconds since 1970 of each row, int64 `(n_rows,)`."""


class Recorder(Generic[Given]):
    """Makes columns of what it is given, and writes them to a file of their hour. Counts what is in a file, and what no column can hold."""

    def __init__(self, columns: Columns[Given], form: Form, parts: Parts) -> None:
        """Join the maker of columns, the form of a file, and the place that files go to."""
        self._columns = columns
        self._form = form
        self._parts = parts
        self._lock = threading.Lock()
        self._open: dict[int, list[RecordBatch]] = {}
        self._sealed: _Sealed | None = None
        self.collected_rows = self.written_rows = self.spoiled_rows = 0

    def take(self, given: Given, n_rows: int) -> None:
        """Make columns of so many rows; all are spoiled where that cannot be done."""
        try:
            made = self._columns.of(given)
            hours = self._columns.times_ns(given) // HOUR_NS
        except Exception:  # noqa: BLE001 - whatever it was: it may not take the log down
            self.spoiled_rows += n_rows
            return
        found = np.unique(hours).tolist()
        for hour in found:
            self._keep(hour, made if len(found) == 1 else made.take(np.flatnonzero(hours == hour)))

    def flush(self) -> None:
        """Write all columns that there are.

        What cannot be written stays, under the name that it was given: a store that took a file and failed to say so is
        given the same file again, never a second one.

        Raises:
            StorageError: the store failed; call again later.
        """
        while (sealed := self._sealed or self._seal()) is not None:
            self._sealed = sealed
            self._parts.put(sealed.hour, sealed.file, encode_rows(sealed.batches, self._form, QUICK))
            self._sealed = None
            self.written_rows += sum(batch.num_rows for batch in sealed.batches)

    def merge(self, before_hour: int) -> bool:
        """Take one step of merging the parts of hours before this one; False where nothing is left to do.

        Raises:
            StorageError: the store failed; call again later, nothing is lost.
        """
        return self._parts.merge(before_hour, self._form)

    def _keep(self, hour: int, batch: RecordBatch) -> None:
        with self._lock:
            batches = self._open.setdefault(hour, [])
            batches.append(batch)
            self.collected_rows += batch.num_rows
            if len(batches) >= MANY_BATCHES and batch.num_rows < SMALL_BATCH_ROWS:
                # a batch of one row takes kilobytes: while a store is down, thousands of them would
                self._open[hour] = Table.from_batches(batches).combine_chunks().to_batches()

    def _seal(self) -> _Sealed | None:
        taken: list[RecordBatch] = []
        rows = 0
        with self._lock:
            if not self._open:
                return None
            hour = min(self._open)
            batches = self._open[hour]
            while batches and (not taken or rows + batches[0].num_rows <= FILE_ROWS):
                rows += batches[0].num_rows
                taken.append(batches.pop(0))
            if not batches:
                del self._open[hour]
            self.collected_rows -= rows
        return _Sealed(hour, self._parts.next_file(), taken)


@dataclass(frozen=True)
class _Sealed:
    """Rows that have the name of their file already."""

    hour: int
    file: LogFile
    batches: list[RecordBatch]
