"""Shows a run as it happens: a line a stage, with a live clock where the output is a terminal."""

from __future__ import annotations

import sys
import time
from collections import deque
from pathlib import Path
from types import TracebackType

import click

from modelratchet.usecases.ports.pipeline import StageEvent, StageKept, StageSaid, StageStarted


class RunProgress:
    """Prints stages as they end, and keeps what they said in a log file.

    Stages that are kept are counted, not listed, so that a run with nothing to do stays short.
    """

    def __init__(self, n_stages: int, log: Path, *, is_quiet: bool) -> None:
        """Take how many stages there are, and the file that gets every line they print."""
        self._n_stages, self._is_quiet = n_stages, is_quiet
        self._done = 0
        self._current, self._since = "", 0.0
        self.tail: deque[str] = deque(maxlen=30)
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("w", encoding="utf-8", buffering=1)
        self._clock = _Clock() if sys.stderr.isatty() and not is_quiet else None

    def __enter__(self) -> RunProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish(has_ended_well=kind is None)
        if self._clock:
            self._clock.stop()
        self._log.close()

    def watch(self, event: StageEvent) -> None:
        """Take one event of the run."""
        if isinstance(event, StageStarted):
            self._finish(has_ended_well=True)
            self._current, self._since = event.stage, time.monotonic()
            self.tail.clear()
            self._log.write(f"== {event.stage}\n")
            if self._clock:
                self._clock.show(f"[{self._done + 1:2}/{self._n_stages}] {event.stage}")
        elif isinstance(event, StageKept):
            self._finish(has_ended_well=True)
            self._done += 1
        elif isinstance(event, StageSaid):
            self.tail.append(event.line)
            self._log.write(event.line + "\n")

    def failed(self) -> None:
        """Mark the stage that is running as failed."""
        self._finish(has_ended_well=False)

    def _finish(self, *, has_ended_well: bool) -> None:
        if not self._current:
            return
        self._done += 1
        mark = "done" if has_ended_well else "FAILED"
        line = (
            f"[{self._done:2}/{self._n_stages}] {self._current:<16} {mark} in {time.monotonic() - self._since:5.1f} s"
        )
        self._current = ""
        if self._clock:
            self._clock.hide()
        if not self._is_quiet:
            click.echo(line, err=True)


class _Clock:
    """One line that rewrites itself with the time since it was shown."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._progress.start()

    def show(self, text: str) -> None:
        self.hide()
        self._progress.add_task(text, total=None)

    def hide(self) -> None:
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._progress.refresh()

    def stop(self) -> None:
        self._progress.stop()
