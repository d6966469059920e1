"""One stream of rows (predictions, or feedback) on its way from the queue to files of an hour each.

Two threads call it: one `collect`, the other `flush` and `merge`; `writer` has both. No clock is read here.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from arro3.core import RecordBatch, Table

from modelratchet.core.log_files import LogFile, hour_of
from modelratchet.serving.prediction_log.parquet import QUICK, Form, encode_rows
from modelratchet.serving.prediction_log.parts import Parts
from modelratchet.serving.prediction_log.waiting import Waiting

STEP_ROWS = 1024
"""Rows that columns are made of at once: fewer cost more a row, and more hold the event loop up for longer than a few milliseconds."""

FILE_ROWS = 100_000
MANY_BATCHES = 256


Entry = TypeVar("Entry", bound=tuple[Any, ...])
Given_contra = TypeVar("Given_contra", contravariant=True)


class Columns(Protocol[Given_contra]):
    """What makes columns of a stream's entries."""

    def of(self, entries: Sequence[Given_contra], /) -> RecordBatch:
        """Make the columns of some entries."""


class Recorder(Generic[Entry]):
    """Takes what waits, makes columns of it, and writes them to a file of their hour. Entries begin with how many rows they have, and when they were made."""

    def __init__(self, waiting: Waiting[Entry], columns: Columns[Entry], form: Form, parts: Parts) -> None:
        """Join the queue, the maker of columns, the form of a file, and the place that files go to."""
        self.waiting = waiting
        self._columns = columns
        self._form = form
        self._parts = parts
        self._lock = threading.Lock()
        self._open: dict[int, list[RecordBatch]] = {}
        self._sealed: _Sealed | None = None
        self.collected_rows = 0

    @property
    def has_full_step(self) -> bool:
        """Whether so many rows wait that making columns of them is worth it."""
        return self.waiting.offered - self.waiting.taken >= self.waiting.wake_rows

    def collect(self) -> bool:
        """Make columns of what waits, up to a step's rows; False where none waited."""
        entries = self.waiting.take(STEP_ROWS)
        for hour, group in itertools.groupby(entries, key=lambda entry: hour_of(entry[1])):
            for batch in self._made(list(group)):
                self._keep(hour, batch)
        return bool(entries)

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
            self.waiting.written += sum(batch.num_rows for batch in sealed.batches)

    def merge(self, before_hour: int, rest: float = 0.0) -> bool:
        """Take one step of merging the parts of hours before this one; False where nothing is left to do. It sleeps `rest` times as long as it works.

        Raises:
            StorageError: the store failed; call again later, nothing is lost.
        """
        return self._parts.merge(before_hour, self._form, rest)

    def _made(self, entries: list[Entry]) -> list[RecordBatch]:
        try:
            return [self._columns.of(entries)]
        except Exception:  # noqa: BLE001 - the edge of a thread: no request may take the log down
            if len(entries) > 1:
                return [batch for entry in entries for batch in self._made([entry])]
            self.waiting.spoiled += entries[0][0]
            return []

    def _keep(self, hour: int, batch: RecordBatch) -> None:
        with self._lock:
            batches = self._open.setdefault(hour, [])
            batches.append(batch)
            self.collected_rows += batch.num_rows
            if len(batches) >= MANY_BATCHES and batch.num_rows < STEP_ROWS // 2:
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
