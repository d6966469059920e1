"""From the events of a test process, and how it ended, to the outcome of every test. Pure; what is not known to have passed has not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from modelratchet.core.model_tests import ModelTest, TestOutcome

_TOLD_ALL = {0, 1, 5}
"""pytest's exit codes after a whole session: passed, some failed, none found. Others stop it half-way."""
_WORST_LAST = (TestOutcome.PASSED, TestOutcome.SKIPPED, TestOutcome.FAILED)


def parse_events(text: str) -> Iterator[dict[str, Any]]:
    """Read events, but for a last line that a crash cut off."""
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def outcomes_of(events: Iterable[dict[str, Any]], ending: str, folder: str) -> tuple[ModelTest, ...]:
    """How each test ended, in the order they were met.

    Args:
        events: what `reporting` told.
        ending: how the process ended, as a clause that follows a test's name or that of the folder.
        folder: stands as the name of a test for a failure that is no single test's.
    """
    session = _Session()
    for event in events:
        session.take(event)
    return session.tests_after(ending, folder)


@dataclass
class _Session:
    """What is known so far."""

    tests: dict[str, ModelTest] = field(default_factory=dict)
    collected: tuple[str, ...] | None = None
    running: str | None = None
    exit_code: int | None = None

    def take(self, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "collected":
            self.collected = tuple(event["names"])
        elif kind == "started":
            self.running = event["name"]
        elif kind == "reported":
            self._put(ModelTest(event["name"], TestOutcome(event["outcome"]), event["message"]))
        elif kind == "ended":
            self.running = None
            if event["name"] not in self.tests:
                self._put(ModelTest(event["name"], TestOutcome.FAILED, "it ended without a result"))
        elif kind == "closed":
            self.exit_code = event["exit_code"]

    def tests_after(self, ending: str, folder: str) -> tuple[ModelTest, ...]:
        if self.running is not None:
            self._put(ModelTest(self.running, TestOutcome.FAILED, f"it did not end: the process of the tests {ending}"))
        elif self.collected is None or self.exit_code not in _TOLD_ALL:
            self._put(ModelTest(folder, TestOutcome.FAILED, f"the process of the tests {ending}"))
        elif self.exit_code == 1 and not self._has_failed:
            self._put(ModelTest(folder, TestOutcome.FAILED, "pytest says that a test failed, and names none"))
        for name in self.collected or ():
            if name not in self.tests:
                self._put(ModelTest(name, TestOutcome.SKIPPED, "not reached: the process of the tests ended before"))
        return tuple(self.tests.values())

    @property
    def _has_failed(self) -> bool:
        return any(test.outcome is TestOutcome.FAILED for test in self.tests.values())

    def _put(self, found: ModelTest) -> None:
        """Keep the worst of a test's phases, with the first message of that kind."""
        known = self.tests.get(found.name)
        if known is None or _WORST_LAST.index(found.outcome) > _WORST_LAST.index(known.outcome):
            self.tests[found.name] = replace(known, outcome=found.outcome, message=found.message) if known else found
