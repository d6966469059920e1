"""Alias, tags and certificates follow the ledger, whatever was left half-done or set by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelratchet.errors import EvidenceError, TrackingError
from modelratchet.usecases.reconcile import reconcile
from tests.fakes.certificates import FakeCertificates
from tests.fakes.ledger import NOTHING, FakeLedger
from tests.samples.candidates import MODEL
from tests.samples.workshops import Workshop


def test_what_a_killed_promoter_left_is_completed(
    shop: Workshop, ledger: FakeLedger, certificates: FakeCertificates
) -> None:
    files = shop.judged(0.1)
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        shop.promote(files)
    ledger.cannot_project = False

    done = reconcile(shop.desk, MODEL)

    assert (done.completion.has_projected, len(done.completion.certificates)) == (True, 1)
    assert (ledger.shown[MODEL].champion, certificates.events) == ("1", [done.history.accepted[0].event])


def test_a_second_call_changes_nothing(shop: Workshop, ledger: FakeLedger, certificates: FakeCertificates) -> None:
    shop.promoted(0.1)
    before = dict(ledger.shown), list(certificates.events)

    assert not reconcile(shop.desk, MODEL).completion.has_projected
    assert (ledger.shown, certificates.events) == before


def test_an_alias_moved_by_hand_is_moved_back(shop: Workshop, ledger: FakeLedger) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    ledger.shown[MODEL] = replace(ledger.shown[MODEL], champion="1")

    assert reconcile(shop.desk, MODEL).completion.has_projected
    assert ledger.shown[MODEL].champion == "2"


def test_an_alias_without_a_ledger_is_not_taken_away_but_asked_about(shop: Workshop, ledger: FakeLedger) -> None:
    ledger.shown[MODEL] = replace(NOTHING, champion="4")

    with pytest.raises(EvidenceError, match="names version 4, but the ledger holds no event") as caught:
        reconcile(shop.desk, MODEL)
    assert "ratchet override 4 --reason" in caught.value.hint
    assert ledger.shown[MODEL].champion == "4"


def test_with_nothing_at_all_there_is_nothing_to_do(shop: Workshop) -> None:
    done = reconcile(shop.desk, MODEL)

    assert (done.completion.has_projected, done.completion.certificates) == (False, ())
