"""Takes what waits to the process that keeps the log, and hears what became of it.

The event loop itself packs and sends each full step: a thread that did it would take the interpreter's lock from it, and give it back only once
it had been woken, which costs more than the work. A thread does the rest, ten times a second, and starts the process; one lock keeps the two apart.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import Any

from modelratchet.serving.prediction_log.pipe import LABELS, PREDICTIONS, News, Opening
from modelratchet.serving.prediction_log.process import KeeperGoneError, KeeperProcess
from modelratchet.serving.prediction_log.steps import Entry, Label, Step, step_of
from modelratchet.serving.prediction_log.waiting import Waiting

STEP_ROWS = 256
"""Rows that are sent at once: fewer cost more a row, and more hold the event loop up for longer than a third of a millisecond."""

PAUSE_SECONDS = 0.1
"""What waits longer than this is sent, however little it is."""

RESTART_SECONDS, LONGEST_RESTART_SECONDS = 1.0, 60.0
"""Between two starts of a process that ends again and again: each wait is twice the one before, until one of them has written something."""

LAST_WORDS_SECONDS = 1.0
COMPLAINT_SECONDS = 60.0
_logger = logging.getLogger(__name__)


class Courier:
    """Keeps rows moving until it is closed."""

    def __init__(self, predictions: Waiting[Entry], labels: Waiting[Label], opening: Opening) -> None:
        """Take both queues, and what to open the log with."""
        self._predictions, self._labels = predictions, labels
        self._both: tuple[Waiting[Any], Waiting[Any]] = (predictions, labels)
        self._opening = opening
        self._lock = threading.Lock()
        self._keeper: KeeperProcess | None = None
        self._starts, self._may_start_at, self._restart_seconds = 0, 0.0, RESTART_SECONDS
        self._ends_at, self._is_ending = 0.0, threading.Event()
        self._complained_at = self._failed_at = -COMPLAINT_SECONDS
        self._complained_rows = 0
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        predictions.when_full = self._send_at_once

    def start(self) -> None:
        """Start the thread, which starts the process."""
        self._thread.start()

    def close(self, seconds: float) -> bool:
        """Send and have written what waits, within so many seconds; whether all was written."""
        self._ends_at = time.monotonic() + seconds
        self._is_ending.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        lost = sum(waiting.rows for waiting in self._both)
        if lost:
            _logger.error("the prediction log lost %d rows that were not written before the server ended", lost)
        return not lost

    def _run(self) -> None:
        while not self._is_ending.wait(PAUSE_SECONDS if self._starts else 0.0):
            self._round()
        self._round()
        while self._is_behind() and time.monotonic() < self._ends_at:
            time.sleep(0.001)
            self._round()
        self._end()

    def _send_at_once(self) -> None:
        """Send full steps, unless the thread is at it; called by the event loop."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._keeper is not None:
                self._send_predictions(self._keeper, takes_rest=False)
        except KeeperGoneError:
            pass  # the thread will find out too, and see to it
        finally:
            self._lock.release()

    def _round(self) -> None:
        try:
            with self._lock:
                keeper = self._keeper or self._start_keeper()
                if keeper is None:
                    return
                self._send_predictions(keeper, takes_rest=True)
                self._send_labels(keeper)
            for news in keeper.news():
                self._hear(news)
            self._complain_of_drops()
        except KeeperGoneError as gone:
            self._mourn(str(gone))
        except Exception:  # the edge of a thread: it has to go on
            _logger.exception("the prediction log could not take rows")

    def _send_predictions(self, keeper: KeeperProcess, *, takes_rest: bool) -> None:
        while keeper.can_send() and (takes_rest or self._predictions.has_full_step):
            entries = self._predictions.take(STEP_ROWS)
            if not entries:
                return
            for step in self._steps(entries):
                keeper.send(PREDICTIONS, tuple(step))

    def _send_labels(self, keeper: KeeperProcess) -> None:
        while keeper.can_send() and (labels := self._labels.take(STEP_ROWS)):
            keeper.send(LABELS, [tuple(label) for label in labels])

    def _is_behind(self) -> bool:
        return self._keeper is not None and any(waiting.offered > waiting.taken for waiting in self._both)

    def _steps(self, entries: list[Entry]) -> list[Step]:
        try:
            return [step_of(entries)]
        except Exception:  # noqa: BLE001 - whatever it was: one request may not take others with it
            if len(entries) > 1:
                return [step for entry in entries for step in self._steps([entry])]
            self._predictions.spoiled += entries[0][0]
            return []

    def _hear(self, news: News) -> None:
        if any(news.written):
            self._restart_seconds = RESTART_SECONDS
        for waiting, written, spoiled in zip(self._both, news.written, news.spoiled, strict=True):
            waiting.written += written
            waiting.spoiled += spoiled
        if news.failed and time.monotonic() > self._failed_at + COMPLAINT_SECONDS:
            self._failed_at = time.monotonic()
            self._complain(news.failed)

    def _start_keeper(self) -> KeeperProcess | None:
        if time.monotonic() < self._may_start_at:
            return None
        self._may_start_at = time.monotonic() + self._restart_seconds
        self._restart_seconds = min(2 * self._restart_seconds, LONGEST_RESTART_SECONDS)
        self._starts += 1
        # file names are numbered by each process, so that each needs a name of its own
        worker = self._opening.worker if self._starts == 1 else f"{self._opening.worker}.{self._starts}"
        self._keeper = KeeperProcess(replace(self._opening, worker=worker))
        return self._keeper

    def _mourn(self, reason: str) -> None:
        """Count what was sent to a process that ended, and was not heard of again, as lost; some of it may have been written."""
        keeper = self._keeper
        if keeper is not None:
            for news in keeper.rest_of_news(time.monotonic() + LAST_WORDS_SECONDS):
                self._hear(news)
        with self._lock:
            self._keeper = None
            lost = sum(waiting.give_up_on_taken() for waiting in self._both)
        if keeper is not None:
            keeper.bury()
        _logger.error("the process that keeps the prediction log ended (%s); up to %d rows are lost", reason, lost)

    def _end(self) -> None:
        try:
            if self._keeper is not None:
                for news in self._keeper.last_news(self._ends_at):
                    self._hear(news)
        except KeeperGoneError as gone:
            self._mourn(str(gone))

    def _complain_of_drops(self) -> None:
        if self._dropped > self._complained_rows and time.monotonic() > self._complained_at + COMPLAINT_SECONDS:
            self._complain("more rows came than can be written")

    @property
    def _dropped(self) -> int:
        return sum(waiting.refused + waiting.spoiled for waiting in self._both)

    def _complain(self, reason: str) -> None:
        rows = sum(waiting.rows for waiting in self._both)
        new = self._dropped - self._complained_rows
        _logger.warning("prediction log: %s; %d rows wait, %d were dropped since the last message", reason, rows, new)
        self._complained_at, self._complained_rows = time.monotonic(), self._dropped
