"""New events follow from the state they build on, and a clock that was set back writes none."""

from __future__ import annotations

import pytest

from modelratchet.core.ledger import EventKind, State, beginning
from modelratchet.core.ledger_writing import REASON_CHARACTERS, anchored, overridden, promoted, renewed, rolled_back
from modelratchet.core.verdict import Decision, Verdict
from modelratchet.errors import EvidenceError, InputError
from tests.samples.candidates import MODEL
from tests.samples.ledgers import Chain, circumstances, version

VERDICT = Verdict(
    decision=Decision.PROMOTE, model=MODEL, bundle_digest=version(2).bundle_digest or "", evidence_digest="sha256:e",
    policy_digest="sha256:p", holdout_digest="sha256:h", champion_version="1", anchor_version="1", ledger_head=None,
    holdout_look=1, is_superior=False, findings=(),
)  # fmt: skip
BEGINNING = beginning(MODEL)
NAMED = version(2)


@pytest.fixture
def state() -> State:
    """Version 1 reigns since `NOW`."""
    return Chain().crowned(1).history.state


def test_a_promotion_carries_the_digests_of_its_verdict(state: State) -> None:
    event = promoted(state, VERDICT, NAMED, circumstances(1))

    assert (event.counter, event.parent, event.kind) == (2, state.head, EventKind.PROMOTED)
    assert (event.verdict_digest, event.evidence_digest) == (VERDICT.digest, "sha256:e")
    assert (event.policy_digest, event.holdout_digest) == ("sha256:p", "sha256:h")
    assert (event.at, event.expires_at) == ("2026-11-24T07:01:00Z", "2027-02-22T07:01:00Z")


@pytest.mark.parametrize("is_superior", [True, False])
def test_only_one_shown_to_be_superior_becomes_the_anchor(state: State, is_superior: bool) -> None:
    from dataclasses import replace

    event = promoted(state, replace(VERDICT, is_superior=is_superior), NAMED, circumstances(1))

    assert event.is_anchor is is_superior


def test_the_first_promotion_is_the_anchor_without_being_superior_to_anybody() -> None:
    assert promoted(BEGINNING, VERDICT, NAMED, circumstances()).is_anchor


def test_an_override_has_no_digests_and_a_reason(state: State) -> None:
    event = overridden(state, version(2), "needed", circumstances(1))

    assert (event.verdict_digest, event.evidence_digest, event.policy_digest) == (None, None, None)
    assert (event.reason, event.actor, event.is_anchor) == ("needed", "ann", False)


def test_a_renewal_carries_the_verdict_on(state: State) -> None:
    proof = promoted(BEGINNING, VERDICT, NAMED, circumstances())

    assert renewed(state, proof, circumstances(2)).verdict_digest == VERDICT.digest


@pytest.mark.parametrize("write", [overridden, anchored])
def test_a_person_has_to_say_why(state: State, write: object) -> None:
    with pytest.raises(InputError, match="no reason"):
        write(state, version(2), "  ", circumstances(1))  # type: ignore[operator]


def test_a_reason_that_no_store_would_hold_is_refused(state: State) -> None:
    with pytest.raises(InputError, match=f"at most {REASON_CHARACTERS}"):
        rolled_back(state, version(1), "x" * 2001, circumstances(1))


def test_where_nobody_reigns_nothing_is_anchored_or_renewed() -> None:
    proof = promoted(BEGINNING, VERDICT, NAMED, circumstances())

    with pytest.raises(EvidenceError, match="reigns yet"):
        anchored(BEGINNING, version(1), "so", circumstances())
    with pytest.raises(EvidenceError, match="reigns yet"):
        renewed(BEGINNING, proof, circumstances())


def test_a_clock_that_was_set_back_writes_nothing(state: State) -> None:
    with pytest.raises(EvidenceError, match="the clock of this machine says 2026-11-24T06:54:58Z") as caught:
        overridden(state, version(2), "so", circumstances(-5.02))
    assert caught.value.exit_code == 3
    assert "Set the clock" in caught.value.hint


def test_a_clock_that_is_a_little_behind_writes_the_time_of_the_head(state: State) -> None:
    assert overridden(state, version(2), "so", circumstances(-4)).at == state.latest_at
