"""Who reigns is what the accepted events add up to, and a ledger that was tampered with is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event, EventKind, StoredEvent
from modelratchet.core.ledger_writing import anchored, renewed, rolled_back
from modelratchet.core.standing import NOBODY
from modelratchet.errors import EvidenceError
from tests.samples.candidates import MODEL
from tests.samples.ledgers import NOW, Chain, circumstances, crown, stored, version


def test_an_empty_ledger_has_no_champion() -> None:
    state = fold(MODEL, ()).state

    assert (state.champion, state.anchor, state.head, state.counter) == (NOBODY, NOBODY, None, 0)


def test_the_first_champion_is_the_first_anchor() -> None:
    state = Chain().crowned(3).history.state

    assert (state.champion, state.anchor) == (version(3), version(3))


def test_the_latest_event_says_who_reigns_and_the_anchor_stays() -> None:
    chain = Chain().crowned(1, 2)

    assert (chain.history.state.champion, chain.history.state.anchor) == (version(2), version(1))
    assert chain.history.state.head == chain.events[-1].digest


def test_of_two_events_on_one_head_the_first_stored_wins() -> None:
    chain = Chain().crowned(1)
    state = chain.history.state
    winner, loser = (chain.store(crown(state, number, circumstances(5, f"n{number}"))) for number in (2, 3))

    history = chain.history

    assert history.state.champion == version(2)
    assert (history.won("n2"), history.won("n3")) == (history.accepted[-1], None)
    assert (history.void[0].event, history.void[0].reason) == (loser, "event 2 was stored first")
    assert history.accepted[-1].event == winner


def test_an_event_that_a_lost_reply_stored_twice_counts_once() -> None:
    chain = Chain().crowned(1, 2)
    chain.store(chain.events[-1])
    chain.crowned(3)

    assert [item.number for item in chain.history.accepted] == [1, 2, 4]
    assert "stored twice" in chain.history.void[0].reason


def test_an_event_that_builds_on_a_void_one_is_void() -> None:
    chain = Chain().crowned(1)
    chain.store(crown(fold(MODEL, ()).state, 2, circumstances(1)))
    void = replace(chain.history.state, head=chain.events[-1].digest)
    chain.store(crown(void, 3, circumstances(2)))

    assert chain.history.state.champion == version(1)
    assert chain.history.void[-1].reason == "builds on an event that is void"


def test_a_rollback_goes_back_and_keeps_the_anchor() -> None:
    chain = Chain().crowned(1, 2, 3)
    chain.add(lambda state, found: rolled_back(state, chain.history.reigns[-2], "bad", found))

    assert (chain.history.state.champion, chain.history.state.anchor) == (version(2), version(1))
    assert chain.history.reigns == (version(1), version(2))


def test_two_rollbacks_do_not_lead_back_to_the_bad_one() -> None:
    chain = Chain().crowned(1, 2, 3)
    for _ in range(2):
        chain.add(lambda state, found: rolled_back(state, chain.history.reigns[-2], "bad", found))

    assert chain.history.state.champion == version(1)


def test_a_rollback_to_one_that_was_itself_rolled_back_can_be_undone() -> None:
    chain = Chain().crowned(1, 2, 3)
    for target in (2, 3):
        chain.add(lambda state, found, target=target: rolled_back(state, version(target), "", found))

    assert chain.history.reigns == (version(1), version(2), version(3))


def test_a_rollback_to_one_that_reigned_twice_goes_back_to_its_latest_reign() -> None:
    chain = Chain().crowned(1, 2, 1, 3)
    for _ in range(2):
        chain.add(lambda state, found: rolled_back(state, chain.history.reigns[-2], "", found))

    assert chain.history.reigns == (version(1), version(2))


def test_an_anchor_that_a_person_names_leaves_the_champion_and_its_expiry() -> None:
    chain = Chain().crowned(1, 2)
    before = chain.history.state
    chain.add(lambda state, found: anchored(state, version(2), "approved", found))

    state = chain.history.state
    assert (state.champion, state.anchor, state.expires_at) == (before.champion, version(2), before.expires_at)


def test_a_renewal_moves_the_expiry_and_nothing_else() -> None:
    chain = Chain().crowned(1, 2)
    before = chain.history.state
    chain.add(lambda state, found: renewed(state, chain.events[-1], replace(found, now=NOW + timedelta(days=30))))

    state = chain.history.state
    assert (state.champion, state.anchor) == (before.champion, before.anchor)
    assert (before.expires_at, state.expires_at) == ("2027-02-22T07:01:00Z", "2027-03-24T07:00:00Z")
    assert chain.history.crowning == chain.history.accepted[1]


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-1, None), (0, "1"), (0.99, "1"), (1, "2"), (99, "2")], ids=lambda value: f"{value}"
)
def test_the_state_at_a_time_is_that_of_the_events_until_then(minutes: float, expected: str | None) -> None:
    history = Chain().crowned(1, 2).history

    assert history.state_at(NOW + timedelta(minutes=minutes)).champion.version == expected


def edited(chain: Chain, number: int, **changes: object) -> list[StoredEvent]:
    items = list(chain.stored)
    items[number - 1] = stored(number, replace(chain.events[number - 1], **changes))  # type: ignore[arg-type]
    return items


def texts(chain: Chain, number: int, text: str) -> list[StoredEvent]:
    return [StoredEvent(item.number, text) if item.number == number else item for item in chain.stored]


CHAIN = Chain().crowned(1, 2, 3)
DOCUMENT = json.loads(CHAIN.stored[1].text)
FAULTS = {
    "no text": (texts(CHAIN, 2, ""), "event 2 .* is no event"),
    "no JSON": (texts(CHAIN, 2, "{"), "event 2 .* is no event"),
    "half an event": (
        texts(CHAIN, 2, '{"format": "modelratchet/ledger-event", "format_version": 1}'),
        "missing fields",
    ),
    "another format": (texts(CHAIN, 2, '{"format": "x", "format_version": 1}'), "is x version 1"),
    "a later format": (texts(CHAIN, 2, json.dumps({**DOCUMENT, "format_version": 9})), "version 9"),
    "text no UTF-8 can hold": (texts(CHAIN, 2, json.dumps({**DOCUMENT, "actor": "\ud800"})), "is no event"),
    "no time": (edited(CHAIN, 2, at="yesterday"), "found the time 'yesterday'"),
    "no expiry": (edited(CHAIN, 3, expires_at=""), "is no event"),
    "another model": (edited(CHAIN, 3, model="other"), "is of model other, expected flights-late"),
    "one edited in the middle": (edited(CHAIN, 2, version="1"), "bundle|builds on"),
    "an edited reason": (edited(CHAIN, 2, reason="other"), "event 3 .* never stored"),
    "a wrong counter": (edited(CHAIN, 3, counter=7), "has counter 7, expected 3"),
    "a parent nobody stored": (edited(CHAIN, 3, parent="sha256:" + "0" * 64), "never stored"),
    "one taken out": (CHAIN.stored[:1] + CHAIN.stored[2:], "is gone"),
    "the first taken out": (CHAIN.stored[1:], "is gone"),
    "one number twice": (CHAIN.stored[:2] + CHAIN.stored[1:], "is gone"),
    "a time before its parent's": (edited(CHAIN, 3, at="2026-11-24T06:50:00Z"), "before the event that it builds on"),
    "a time in a second spelling": (edited(CHAIN, 3, at="2026-11-24T7:02:00Z"), "found the time '2026-11-24T7:02:00Z'"),
    "a promotion without a verdict": (edited(CHAIN, 3, kind=EventKind.PROMOTED), "no verdict stands behind it"),
    "an override that moves the anchor": (edited(CHAIN, 3, is_anchor=True), "moves the anchor to version 3"),
    "a rollback that moves the anchor": (
        edited(CHAIN, 3, kind=EventKind.ROLLED_BACK, is_anchor=True),
        "which a rolled_back event may not",
    ),
    "another bundle of a version": (edited(CHAIN, 3, version="1"), "another bundle"),
    "a rollback to a stranger": (edited(CHAIN, 3, kind=EventKind.ROLLED_BACK, version="9"), "never reigned"),
    "a renewal of another": (edited(CHAIN, 3, kind=EventKind.RENEWED, version="9"), "renews version 9"),
    "an anchor before all": (edited(CHAIN, 1, kind=EventKind.ANCHORED)[:1], "before anybody reigned"),
}


@pytest.mark.parametrize(("items", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_ledger_that_cannot_be_is_refused(items: list[StoredEvent], said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        fold(MODEL, items)


def test_a_small_step_back_in_time_is_let_pass() -> None:
    items = edited(CHAIN, 3, at="2026-11-24T06:57:00Z")

    assert fold(MODEL, items).state.latest_at == "2026-11-24T07:01:00Z"


@st.composite
def ledgers(draw: st.DrawFn) -> Chain:
    """Any mixture of crownings, rollbacks, anchors, renewals, lost races and lost replies."""
    chain = Chain().crowned(1)
    for step in draw(st.lists(st.sampled_from(["crown", "back", "anchor", "renew", "race", "twice"]), max_size=8)):
        number = draw(st.integers(1, 4))
        reigned = chain.history.reigned(str(number))
        if step == "race":
            behind = fold(MODEL, chain.stored[: draw(st.integers(0, len(chain.stored) - 1))]).state
            chain.store(crown(behind, number, circumstances(len(chain.stored), f"race{len(chain.stored)}")))
        elif step == "twice":
            chain.store(draw(st.sampled_from(chain.events)))
        elif step == "back" and reigned:
            chain.add(lambda state, found, target=reigned: rolled_back(state, target, "", found))
        elif step == "anchor":
            chain.add(lambda state, found, number=number: anchored(state, version(number), "so", found))
        elif step == "renew":
            chain.add(lambda state, found: renewed(state, chain.events[0], found))
        else:
            chain.crowned(number)
    return chain


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.data())
def test_folding_a_part_and_then_the_rest_equals_folding_all(chain: Chain, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(chain.stored)))

    assert fold(MODEL, chain.stored[cut:], fold(MODEL, chain.stored[:cut])) == chain.history


@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_each_head_has_one_accepted_event_and_no_event_is_lost(chain: Chain) -> None:
    history = chain.history
    parents = [item.event.parent for item in history.accepted]
    numbers = sorted([item.number for item in history.accepted] + [item.number for item in history.void])

    assert len(set(parents)) == len(parents)
    assert numbers == list(range(1, len(chain.stored) + 1))
    assert [item.event.counter for item in history.accepted] == list(range(1, len(parents) + 1))
    assert history.state_at(NOW + timedelta(days=1)) == history.state


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.data())
def test_no_event_but_the_last_can_be_edited_or_taken_out_unseen(chain: Chain, data: st.DataObject) -> None:
    chain.crowned(1)
    number = data.draw(st.integers(1, len(chain.stored) - 1))
    event: Event = chain.events[number - 1]
    is_accepted = event in [item.event for item in chain.history.accepted]
    without = [item for item in chain.stored if item.number != number]
    changed = edited(chain, number, reason=event.reason + "!")

    with pytest.raises(EvidenceError):
        fold(MODEL, without)
    if is_accepted and chain.events.count(event) == 1:
        with pytest.raises(EvidenceError):
            fold(MODEL, changed)
