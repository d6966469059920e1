"""Rollback, override, anchor and renew write one event each, and refuse what cannot be."""

from __future__ import annotations

import pytest

from modelratchet.core.ledger import EventKind
from modelratchet.errors import DigestError, EvidenceError, ExitCode, InputError, MissingEvidenceError
from modelratchet.usecases.anchor import anchor
from modelratchet.usecases.override import override
from modelratchet.usecases.renew import renew
from modelratchet.usecases.rollback import rollback
from tests.fakes.certificates import FakeCertificates
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.candidates import MODEL, bundle
from tests.samples.workshops import Workshop


def test_a_rollback_goes_back_to_the_one_before(shop: Workshop, ledger: FakeLedger) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)

    written = rollback(shop.desk, MODEL, None, "missed late flights")

    assert (written.event.kind, written.event.version) == (EventKind.ROLLED_BACK, "1")
    assert (written.event.reason, written.event.verdict_digest) == ("missed late flights", None)
    assert ledger.shown[MODEL].champion == "1"


def test_a_rollback_can_name_its_target(shop: Workshop) -> None:
    for weight in (0.1, 0.2, 0.3):
        shop.promoted(weight)

    assert rollback(shop.desk, MODEL, "1", "").state.champion.version == "1"


def test_a_rollback_to_the_champion_is_done_already(shop: Workshop) -> None:
    shop.promoted(0.1)

    assert not rollback(shop.desk, MODEL, "1", "").is_new
    assert len(shop.history.accepted) == 1


def test_a_version_that_never_reigned_cannot_be_gone_back_to(shop: Workshop) -> None:
    shop.promoted(0.1)
    shop.judged(0.2)

    with pytest.raises(InputError, match="version 2 of flights-late never reigned") as caught:
        rollback(shop.desk, MODEL, "2", "")
    assert caught.value.exit_code is ExitCode.USAGE
    assert "ratchet override" in caught.value.hint


@pytest.mark.parametrize(("n_promoted", "said"), [(0, "nobody reigns yet"), (1, "nobody reigned .* before version 1")])
def test_without_a_predecessor_there_is_no_going_back(shop: Workshop, n_promoted: int, said: str) -> None:
    for number in range(n_promoted):
        shop.promoted(0.1 + number)

    with pytest.raises(InputError, match=said):
        rollback(shop.desk, MODEL, None, "")


def test_a_predecessor_that_the_registry_lost_is_refused(shop: Workshop, registry: FakeModelRegistry) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    del registry.versions[MODEL, "1"]

    with pytest.raises(MissingEvidenceError, match="no version 1"):
        rollback(shop.desk, MODEL, None, "")
    assert shop.state.champion.version == "2"


def test_a_predecessor_with_other_bytes_is_refused(shop: Workshop, registry: FakeModelRegistry) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    registry.bundles[MODEL, "1"] = bundle(0.9)

    with pytest.raises(DigestError):
        rollback(shop.desk, MODEL, None, "")


def test_an_override_forces_a_version_and_says_who_and_why(shop: Workshop, certificates: FakeCertificates) -> None:
    shop.promoted(0.1)
    shop.judged(0.2)

    event = override(shop.desk, MODEL, "2", "needed today").event

    assert (event.kind, event.version, event.reason, event.actor) == (
        EventKind.OVERRIDDEN,
        "2",
        "needed today",
        "ann",
    )
    assert certificates.events[-1] == event


def test_an_override_adopts_a_champion_that_reigned_before_there_was_a_ledger(shop: Workshop) -> None:
    shop.judged(0.1)

    state = override(shop.desk, MODEL, "1", "reigned before").state

    assert (state.champion.version, state.anchor.version) == ("1", "1")


def test_an_override_of_the_champion_is_done_already(shop: Workshop) -> None:
    shop.promoted(0.1)

    assert not override(shop.desk, MODEL, "1", "so").is_new


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_override_without_a_reason_is_refused(shop: Workshop, reason: str) -> None:
    shop.judged(0.1)

    with pytest.raises(InputError, match="no reason"):
        override(shop.desk, MODEL, "1", reason)


@pytest.mark.parametrize("number", ["7", "champion", "-1"])
def test_a_version_that_is_not_there_cannot_be_forced(shop: Workshop, number: str) -> None:
    with pytest.raises(MissingEvidenceError, match=f"no version {number}"):
        override(shop.desk, MODEL, number, "so")


def test_a_person_may_name_the_anchor(shop: Workshop, ledger: FakeLedger) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)

    written = anchor(shop.desk, MODEL, "2", "reviewed")

    assert (written.state.champion.version, written.state.anchor.version) == ("2", "2")
    assert ledger.shown[MODEL].anchor == "2"


def test_naming_the_anchor_again_is_done_already(shop: Workshop) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)

    again = anchor(shop.desk, MODEL, "1", "reviewed")

    assert (again.is_new, again.event) == (False, shop.history.accepted[0].event)


def test_nobody_can_be_anchor_before_somebody_reigns(shop: Workshop) -> None:
    shop.judged(0.1)

    with pytest.raises(EvidenceError, match="reigns yet"):
        anchor(shop.desk, MODEL, "1", "so")


def test_a_renewal_lasts_longer_and_keeps_the_verdict(shop: Workshop) -> None:
    first = shop.promoted(0.1)

    renewed = renew(shop.desk, MODEL)

    assert renewed.event.verdict_digest == first.event.verdict_digest
    assert (renewed.state.expires_at or "") > (first.state.expires_at or "")


def test_where_nobody_reigns_there_is_nothing_to_renew(shop: Workshop) -> None:
    with pytest.raises(EvidenceError, match="reigns yet"):
        renew(shop.desk, MODEL)


def test_a_rollback_that_another_was_quicker_than_is_told(shop: Workshop, ledger: FakeLedger) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    rival = shop.judged(0.3)
    ledger.before_append = lambda: shop.promote(rival) and None

    with pytest.raises(EvidenceError, match="version 3 of flights-late was promoted"):
        rollback(shop.desk, MODEL, None, "")
    assert shop.state.champion.version == "3"
