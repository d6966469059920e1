"""Doctor says what a later release wrote before a command stops at it."""

from __future__ import annotations

import json

import pytest

from modelratchet.core.digests import canonical_json
from modelratchet.core.ledger import StoredEvent
from modelratchet.errors import TrackingError
from modelratchet.usecases.examine import Level
from modelratchet.usecases.examine_store import examine_store
from modelratchet.usecases.ports.registry import RecordedRun
from tests.fakes.ledger import FakeLedger
from tests.fakes.run_files import FakeRunFiles
from tests.samples.candidates import MODEL
from tests.samples.ledgers import Chain


class Stored(FakeLedger):
    """A ledger that holds just these events."""

    def __init__(self, *events: StoredEvent) -> None:
        super().__init__()
        self._events = events

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        return self._events


def runs(release: str) -> FakeRunFiles:
    files = FakeRunFiles()
    files.add(MODEL, RecordedRun("r1", "k1", "1", {"ratchet.release": release} if release else {}))
    return files


@pytest.mark.parametrize("release", ["", "0.0.9", "0.1.0", "no version"])
def test_what_this_release_or_an_earlier_one_wrote_is_fine(release: str) -> None:
    assert examine_store(MODEL, Stored(*Chain().crowned(1).stored), runs(release), "0.1.0").level is Level.FINE


def test_a_later_release_that_wrote_nothing_unreadable_is_named() -> None:
    found = examine_store(MODEL, FakeLedger(), runs("0.10.0"), "0.9.1")

    assert (found.level, found.found) == (
        Level.OPTIONAL,
        "modelratchet 0.10.0 wrote to the registry, and this is 0.9.1",
    )
    assert "upgrade.md" in found.remedy


def test_an_event_of_a_later_release_is_something_that_has_to_be_mended() -> None:
    (event,) = Chain().crowned(1).stored
    text = canonical_json({**json.loads(event.text), "format_version": 99, "surplus": 1}).decode()

    found = examine_store(MODEL, Stored(StoredEvent(1, text, "0.7.0")), runs(""), "0.1.0")

    assert found.level is Level.NEEDED
    assert "version 99, which a later release of modelratchet wrote" in found.found
    assert "0.7.0 wrote it" in found.found


def test_a_registry_that_does_not_answer_is_no_fault_of_this_machine() -> None:
    class Down(FakeLedger):
        def read(self, model: str) -> tuple[StoredEvent, ...]:
            raise TrackingError("it is down")

    assert examine_store(MODEL, Down(), runs(""), "0.1.0").level is Level.OPTIONAL
