"""A ledger that ends earlier than it once did is refused, by whoever saw more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelratchet.errors import EvidenceError
from modelratchet.usecases.read_ledger import LedgerReader
from tests.fakes.ledger import NOTHING, FakeLedger
from tests.fakes.memory import FakeMemory
from tests.samples.candidates import MODEL
from tests.samples.ledgers import Chain


@pytest.fixture
def filled(ledger: FakeLedger) -> FakeLedger:
    """Three events, and nothing projected."""
    ledger.texts[MODEL] = [item.text for item in Chain().crowned(1, 2, 3).stored]
    return ledger


def test_a_ledger_that_grows_is_believed(filled: FakeLedger, memory: FakeMemory) -> None:
    reader = LedgerReader(filled, memory, "here")
    texts, filled.texts[MODEL] = filled.texts[MODEL], filled.texts[MODEL][:2]
    reader.history(MODEL)
    filled.texts[MODEL] = texts

    assert reader.history(MODEL).state.counter == 3


def test_events_that_this_machine_saw_and_are_gone_are_missed(filled: FakeLedger, memory: FakeMemory) -> None:
    reader = LedgerReader(filled, memory, "here")
    reader.history(MODEL)
    del filled.texts[MODEL][2]

    with pytest.raises(EvidenceError, match="ends with event 2, and this machine remembers event 3") as caught:
        reader.history(MODEL)
    assert ".ratchet/ledger.json" in caught.value.hint


def test_a_last_event_that_was_replaced_is_noticed(filled: FakeLedger, memory: FakeMemory) -> None:
    reader = LedgerReader(filled, memory, "here")
    reader.history(MODEL)
    filled.texts[MODEL][2] = Chain().crowned(1, 2, 4).stored[2].text

    with pytest.raises(EvidenceError, match="this machine remembers event 3"):
        reader.history(MODEL)


def test_another_store_or_model_is_another_memory(filled: FakeLedger, memory: FakeMemory) -> None:
    LedgerReader(filled, memory, "here").history(MODEL)

    assert LedgerReader(FakeLedger(), memory, "there").history(MODEL).state.counter == 0
    assert LedgerReader(filled, memory, "here").history("other").state.counter == 0


@pytest.mark.parametrize(
    "shown",
    [replace(NOTHING, counter=4, head="sha256:4"), replace(NOTHING, counter=3, head="sha256:another")],
    ids=["later", "other"],
)
def test_a_machine_that_knows_nothing_trusts_the_tags_to_say_what_is_gone(filled: FakeLedger, shown: object) -> None:
    filled.shown[MODEL] = shown  # type: ignore[assignment]

    with pytest.raises(EvidenceError, match="the registry's tags name event"):
        LedgerReader(filled, FakeMemory(), "here").history(MODEL)


def test_tags_that_a_slow_projector_left_behind_are_no_loss(filled: FakeLedger) -> None:
    first = Chain().crowned(1).events[0]
    filled.shown[MODEL] = replace(NOTHING, counter=1, head=first.digest)

    assert LedgerReader(filled, FakeMemory(), "here").history(MODEL).state.counter == 3


@pytest.mark.parametrize("kept", [None, 3, {"counter": "x"}, {"counter": 0, "head": None}, []], ids=str)
def test_a_memory_that_says_nothing_is_no_obstacle(filled: FakeLedger, memory: FakeMemory, kept: object) -> None:
    memory.remember(f"{MODEL} in here", kept)

    assert LedgerReader(filled, memory, "here").history(MODEL).state.counter == 3
    assert memory.recall(f"{MODEL} in here") == {"counter": 3, "head": Chain().crowned(1, 2, 3).events[2].digest}
