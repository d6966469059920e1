"""The port `ModelTester` on pytest, in a process of its own that is watched from outside.

A test may crash its process, fork, hang or kill it. So the tests' process tells what happens as it happens (`reporting`), this one keeps
the time, ends it with all that it started, and makes of what was told a result for every test (`outcomes`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from modelratchet.adapters.pytest_model_tester.outcomes import outcomes_of, parse_events
from modelratchet.core.model_tests import ModelTest

_POLL_SECONDS = 0.05
_EXIT_SECONDS = 10.0
_COLLECTION_SECONDS = 60.0
"""At least: an interpreter that starts on a busy machine is no test that hangs."""
_PR_SET_PDEATHSIG = 1
_FOREIGN_SETTINGS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


@dataclass(frozen=True)
class Suite:
    """The project's root, the folder of the tests below it, and the modules that bring the fixtures."""

    root: Path
    folder: Path
    plugins: tuple[str, ...]


class PytestModelTester:
    """Runs every test of a folder, whatever pytest settings and plugins there are around it."""

    def __init__(self, suite: Suite, seconds_per_test: float, output: TextIO) -> None:
        """Take where the tests are and where what pytest prints goes to.

        A test that runs longer than `seconds_per_test`, and than its own `time_limit`, is ended.
        """
        self._suite, self._seconds, self._output = suite, seconds_per_test, output

    def run(self) -> tuple[ModelTest, ...]:
        """See the port."""
        if not (self._suite.root / self._suite.folder).is_dir():
            return ()
        with tempfile.TemporaryDirectory(prefix="ratchet-model-tests-") as name:
            events, printed = Path(name) / "events.jsonl", Path(name) / "printed.txt"
            ending = self._run_watched(events, printed)
            said = printed.read_text(encoding="utf-8", errors="replace")
            self._output.write(said)
            told = tuple(parse_events(_text(events)))
        if not told:  # a conftest.py that cannot be imported: pytest says so and nothing else
            ending += f": {_last_line(said)}"
        return outcomes_of(told, ending, self._suite.folder.as_posix())

    def _run_watched(self, events: Path, printed: Path) -> str:
        """Run pytest until it ends or has to be ended, and say which."""
        with printed.open("wb") as stream:
            process = subprocess.Popen(
                self._command(events),
                cwd=self._suite.root,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no lock
            )
            watch = _Watch(events, self._seconds)
            try:
                while process.poll() is None:
                    if (limit := watch.exceeded()) is not None:
                        return f"was ended after {limit:g} s"
                    time.sleep(_POLL_SECONDS)
            finally:
                _end_group(process)
                watch.close()
        return _how_it_ended(process.returncode)

    def _command(self, events: Path) -> list[str]:
        """Neither the project's pytest settings nor a conftest outside the folder are read: the evidence has to follow from the folder."""
        folder = str(self._suite.folder)
        plugins = (f"{__name__}.reporting", *self._suite.plugins)
        return [
            *(sys.executable, "-m", "pytest", folder, "-q", "--tb=short", "-rfEs", "--color=no"),
            *("-c", os.devnull, "--rootdir", ".", "--confcutdir", folder, "--continue-on-collection-errors"),
            *("-p", "no:cacheprovider", *(word for plugin in plugins for word in ("-p", plugin))),
            *("--ratchet-root", ".", f"--ratchet-events={events}", f"--ratchet-seconds={self._seconds}"),
        ]


class _Watch:
    """Keeps the time of whatever runs now: collection, a test, or the exit."""

    def __init__(self, events: Path, seconds: float) -> None:
        events.touch()
        self._stream = events.open(encoding="utf-8")
        self._limit, self._usual = max(seconds, _COLLECTION_SECONDS), seconds
        self._since, self._half_line = time.monotonic(), ""

    def exceeded(self) -> float | None:
        """The limit, if it is past."""
        *lines, self._half_line = (self._half_line + self._stream.read()).split("\n")
        for event in parse_events("\n".join(lines)):
            limits = {"started": event.get("seconds", self._usual), "closed": _EXIT_SECONDS}
            self._limit = limits.get(event["event"], self._limit)
            self._since = time.monotonic()
        return self._limit if time.monotonic() - self._since > self._limit else None

    def close(self) -> None:
        self._stream.close()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN_SETTINGS}
    fixed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return {**kept, **fixed, "COLUMNS": "160"}


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the tests' process, if it still runs, and whatever it started and left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _how_it_ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E ").strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"
