"""The thread that writes files, in the process that keeps a log, while that process's first thread makes columns of what comes.

They are two so that a store that hangs holds up nothing but files: rows that wait as columns take a tenth of what requests take.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from modelratchet.core.log_files import hour_of
from modelratchet.errors import StorageError
from modelratchet.serving.prediction_log.recorder import Recorder

# requests that began before the hour's end may be answered this much later
LATE_NS = 60_000_000_000


class LogWriter:
    """Writes what recorders collected every so many seconds, merges hours that are over, and tells how that went."""

    def __init__(
        self,
        recorders: Sequence[Recorder[Any]],
        flush_seconds: float,
        clock_ns: Callable[[], int],
        tell: Callable[[str], None],
    ) -> None:
        """Take the recorders, the pace, the clock that says which hours are over, and who is told after each round: what failed, or nothing."""
        self._recorders = tuple(recorders)
        self._flush_seconds = flush_seconds
        self._clock_ns = clock_ns
        self._tell = tell
        self._due = threading.Event()
        self._is_closing = False
        self._thread = threading.Thread(target=self._write, name="prediction-log-files", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def hurry(self) -> None:
        """Write now: enough rows wait for a file of their own."""
        self._due.set()

    def close(self, seconds: float) -> bool:
        """Write what is there and merge this process's parts, within so many seconds; whether that was done.

        What a merge leaves undone when the process ends can be read all the same.
        """
        self._is_closing = True
        self._due.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _write(self) -> None:
        while not self._is_closing:
            self._due.wait(self._flush_seconds)
            self._due.clear()
            self._round(hour_of(self._clock_ns() - LATE_NS))
        self._round(hour_of(self._clock_ns()) + 1)

    def _round(self, before_hour: int) -> None:
        failed = ""
        try:
            self._flush()
            while any(recorder.merge(before_hour) for recorder in self._recorders):
                if self._due.is_set():
                    self._flush()  # what comes in the meantime must not wait for all of an hour
        except StorageError as error:
            failed = error.message
        except Exception as error:  # noqa: BLE001 - the edge of a thread: it has to go on
            failed = f"{type(error).__name__}: {error}"
        self._tell(failed)

    def _flush(self) -> None:
        for recorder in self._recorders:
            recorder.flush()
        self._tell("")
