"""The two threads behind a prediction log: one makes columns of what waits, one writes files.

They are two so that a store that hangs holds up nothing but files: rows that wait as columns take a tenth of what requests take.
The server starts them once and closes them when it ends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from modelratchet.core.log_files import hour_of
from modelratchet.errors import StorageError
from modelratchet.serving.prediction_log.recorder import Recorder

COMPLAINT_SECONDS = 60.0
# requests that began before the hour's end may be answered this much later
LATE_NS = 60_000_000_000
PAUSE_SECONDS = 0.0005
# a busy hour is minutes of work, which the requests of the next hour should hardly feel
MERGING_REST = 3.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """When files are written: every so many seconds, and sooner where so many rows wait as columns."""

    flush_seconds: float
    flush_rows: int


class LogWriter:
    """Keeps recorders going until it is closed."""

    def __init__(
        self, recorders: Sequence[Recorder[Any]], pace: Pace, woken: threading.Event, clock_ns: Callable[[], int]
    ) -> None:
        """Take the recorders, the event that their queues set, and the clock that says which hours are over."""
        self._recorders = tuple(recorders)
        self._pace = pace
        self._clock_ns = clock_ns
        self._woken = woken
        self._due = threading.Event()
        self._is_closing = self._is_collected = False
        self._collector = threading.Thread(target=self._collect, name="prediction-log-columns", daemon=True)
        self._filer = threading.Thread(target=self._file, name="prediction-log-files", daemon=True)
        self._complained_at = -COMPLAINT_SECONDS
        self._complained_rows = 0

    def start(self) -> None:
        """Start both threads."""
        self._collector.start()
        self._filer.start()

    def close(self, seconds: float) -> bool:
        """Write what waits and merge this worker's parts, within so many seconds; whether all was written.

        What a merge leaves undone when the process ends can be read all the same.
        """
        ends_at = time.monotonic() + seconds
        self._is_closing = True
        self._woken.set()
        for thread in (self._collector, self._filer):
            thread.join(max(0.0, ends_at - time.monotonic()))
        lost = sum(recorder.waiting.rows for recorder in self._recorders)
        if lost:
            _logger.error("the prediction log lost %d rows that were not written before the server ended", lost)
        return not lost

    def _collect(self) -> None:
        due_at = time.monotonic() + self._pace.flush_seconds
        while not self._is_closing:
            self._woken.wait(max(0.0, due_at - time.monotonic()))
            self._woken.clear()
            is_due = time.monotonic() >= due_at
            self._collect_once(takes_rest=is_due)
            if is_due:
                due_at = time.monotonic() + self._pace.flush_seconds
                self._due.set()
        self._collect_once(takes_rest=True)
        self._is_collected = True
        self._due.set()

    def _collect_once(self, *, takes_rest: bool) -> None:
        try:
            for recorder in self._recorders:
                self._collect_steps(recorder)
                while takes_rest and recorder.collect():
                    time.sleep(PAUSE_SECONDS)
        except Exception:  # the edge of a thread: it has to go on
            _logger.exception("the prediction log could not take rows")

    def _collect_steps(self, recorder: Recorder[Any]) -> None:
        recorder.waiting.watch()
        while recorder.has_full_step and not self._is_closing:
            recorder.collect()
            if recorder.collected_rows >= self._pace.flush_rows:
                self._due.set()
            time.sleep(PAUSE_SECONDS)

    def _file(self) -> None:
        while not self._is_collected:
            self._due.wait()
            self._due.clear()
            if not self._is_collected:
                self._file_once(hour_of(self._clock_ns() - LATE_NS))
        self._file_once(hour_of(self._clock_ns()) + 1)

    def _file_once(self, before_hour: int) -> None:
        try:
            self._flush()
            while any(recorder.merge(before_hour, self._rest) for recorder in self._recorders):
                if self._due.is_set() and not self._is_collected:
                    self._due.clear()
                    self._flush()  # what comes in the meantime must not wait for all of an hour
        except StorageError as error:
            self._complain(error.message)
        except Exception as error:  # noqa: BLE001 - the edge of a thread: it has to go on
            self._complain(f"{type(error).__name__}: {error}")
        else:
            self._complain("more rows came than can be written" if self._refused > self._complained_rows else "")

    @property
    def _rest(self) -> float:
        return 0.0 if self._is_closing else MERGING_REST

    def _flush(self) -> None:
        for recorder in self._recorders:
            recorder.flush()

    @property
    def _refused(self) -> int:
        return sum(recorder.waiting.refused + recorder.waiting.spoiled for recorder in self._recorders)

    def _complain(self, reason: str) -> None:
        if not reason or time.monotonic() < self._complained_at + COMPLAINT_SECONDS:
            return
        waiting = sum(recorder.waiting.rows for recorder in self._recorders)
        new = self._refused - self._complained_rows
        _logger.warning(
            "prediction log: %s; %d rows wait, %d were dropped since the last message", reason, waiting, new
        )
        self._complained_at, self._complained_rows = time.monotonic(), self._refused
