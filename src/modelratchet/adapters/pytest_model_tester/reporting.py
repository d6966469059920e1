"""The pytest plugin inside the tests' own process: tells every step as a line of JSON at once, so that what was found outlives a crash.

`PytestModelTester` loads it by name and reads the file; nothing else does. It imports nothing of the package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

_LONGEST_MESSAGE = 2000
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the file of events and the seconds that a test gets."""
    group = parser.getgroup("modelratchet")
    group.addoption("--ratchet-events", metavar="FILE", help="where the test_model stage reads what happened")
    group.addoption("--ratchet-seconds", type=float, metavar="SECONDS", help="how long a test may run")


def pytest_configure(config: pytest.Config) -> None:
    """Start telling."""
    teller = EventTeller(Path(config.option.ratchet_events), config.option.ratchet_seconds, str(config.rootpath))
    config.pluginmanager.register(teller, "modelratchet-events")


class EventTeller:
    """Writes `collected`, `started`, `reported`, `ended` and `closed`, as they come."""

    def __init__(self, path: Path, seconds: float, root: str) -> None:
        """Open the file; `root` is cut out of messages, for equal failures are to be equal evidence on any machine."""
        self._stream = path.open("a", encoding="utf-8")
        self._seconds, self._root = seconds, root + "/"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be collected is a failed test of its name; one that skips itself a skipped one."""
        if not report.passed:
            self._report(report.nodeid, report.outcome, _reason(report))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Name all that is going to run, so that what a crash keeps from running is known."""
        self._tell("collected", names=[item.nodeid for item in session.items])

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Nobody asked for it on the command line, so a conftest did."""
        for item in items:
            self._report(item.nodeid, "skipped", "deselected by a conftest.py")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Say which test is running and how long it may: its `time_limit`, or what all get."""
        marker = item.get_closest_marker("time_limit")
        given = (*marker.args, *marker.kwargs.values()) if marker else ()
        self._tell("started", name=item.nodeid, seconds=float(given[0]) if given else self._seconds)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase that failed or skipped the test, or the call that passed."""
        if report.when == "call" or not report.passed:
            self._report(report.nodeid, report.outcome, _reason(report))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """The test is through, its fixtures too."""
        self._tell("ended", name=nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """All is told."""
        self._tell("closed", exit_code=int(exitstatus))

    def _report(self, name: str, outcome: str, message: str) -> None:
        text = _ADDRESS.sub("", message.replace(self._root, ""))[:_LONGEST_MESSAGE]
        self._tell("reported", name=name, outcome=outcome, message=text)

    def _tell(self, event: str, **facts: Any) -> None:
        self._stream.write(json.dumps({"event": event, **facts}) + "\n")
        self._stream.flush()


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Why a test failed or was skipped; empty for one that passed. What a test was expected to fail for counts as skipped."""
    expected = getattr(report, "wasxfail", None)
    if report.passed:
        return ""
    if report.skipped:
        if expected is not None:
            return f"expected to fail: {expected}" if expected else "expected to fail"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return reason.removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message) if crash else _marked_lines(str(report.longrepr))


def _marked_lines(text: str) -> str:
    """The lines that pytest marks as the error, its name first: errors of syntax and import end with it."""
    lines = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    if not lines:
        return text.strip()
    return "\n".join([lines[-1], *lines[:-1]])
