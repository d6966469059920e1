"""The ledger is asked when its store changed, and only then."""

from __future__ import annotations

import pytest

from modelratchet.usecases.remembered_ledger import RememberedLedger
from tests.fakes.ledger import FakeLedger
from tests.fakes.memory import FakeMemory
from tests.samples.candidates import MODEL
from tests.samples.ledgers import Chain


@pytest.fixture
def filled(ledger: FakeLedger) -> FakeLedger:
    ledger.texts[MODEL] = [item.text for item in Chain().crowned(1, 2).stored]
    ledger.project(Chain().crowned(1, 2).history.state)
    return ledger


def test_an_unchanged_store_is_asked_once(filled: FakeLedger, memory: FakeMemory) -> None:
    first = RememberedLedger(lambda: filled, lambda _: "s1", memory)
    answers = first.read(MODEL), first.projection(MODEL)
    filled.is_down = True

    later = RememberedLedger(lambda: filled, lambda _: "s1", memory)
    assert (later.read(MODEL), later.projection(MODEL)) == answers
    assert (len(answers[0]), answers[1].champion) == (2, "2")


def test_a_changed_store_is_asked_again(filled: FakeLedger, memory: FakeMemory) -> None:
    RememberedLedger(lambda: filled, lambda _: "s1", memory).read(MODEL)
    filled.texts[MODEL].append(Chain().crowned(1, 2, 3).stored[2].text)

    assert len(RememberedLedger(lambda: filled, lambda _: "s2", memory).read(MODEL)) == 3


@pytest.mark.parametrize("kept", [{"old": 1}, [1], None], ids=str)
def test_a_memory_of_another_release_is_asked_anew(filled: FakeLedger, memory: FakeMemory, kept: object) -> None:
    memory.remember(f"ledger of {MODEL}", {"stamp": "s1", "key": "", "answer": kept})

    assert len(RememberedLedger(lambda: filled, lambda _: "s1", memory).read(MODEL)) == 2
