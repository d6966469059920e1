"""A rollback that was stopped half-way and is called again: one step, never two."""

from __future__ import annotations

import pytest

from modelratchet.errors import TrackingError
from modelratchet.usecases.rollback import rollback
from tests.fakes.ledger import FakeLedger
from tests.samples.candidates import MODEL
from tests.samples.workshops import Workshop


def reigned(shop: Workshop) -> None:
    for weight in (0.1, 0.2, 0.3):
        shop.promoted(weight)


def test_a_rollback_whose_projection_failed_is_completed_and_not_made_twice(shop: Workshop, ledger: FakeLedger) -> None:
    reigned(shop)
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        rollback(shop.desk, MODEL, None, "")
    ledger.cannot_project = False

    again = rollback(shop.desk, MODEL, None, "")

    assert (again.is_new, again.state.champion.version, again.state.counter) == (False, "2", 4)
    assert ledger.shown[MODEL].champion == "2"


def test_a_rollback_after_one_that_ended_well_is_a_further_step(shop: Workshop) -> None:
    reigned(shop)
    rollback(shop.desk, MODEL, None, "")

    assert rollback(shop.desk, MODEL, None, "").state.champion.version == "1"


def test_a_rollback_that_never_reached_the_ledger_is_made_by_the_next_call(shop: Workshop, ledger: FakeLedger) -> None:
    reigned(shop)
    ledger.loses_requests = True
    with pytest.raises(TrackingError):
        rollback(shop.desk, MODEL, None, "")
    ledger.loses_requests = False

    assert rollback(shop.desk, MODEL, None, "").state.champion.version == "2"


def test_a_stopped_rollback_does_not_swallow_the_one_after_a_further_promotion(
    shop: Workshop, ledger: FakeLedger
) -> None:
    reigned(shop)
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        rollback(shop.desk, MODEL, None, "")
    ledger.cannot_project = False
    shop.promoted(0.4)

    assert rollback(shop.desk, MODEL, None, "").state.champion.version == "2"


def test_a_stopped_rollback_is_not_resumed_after_an_hour(shop: Workshop, ledger: FakeLedger) -> None:
    reigned(shop)
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        rollback(shop.desk, MODEL, None, "")
    ledger.cannot_project = False
    for _ in range(61):
        next(shop.minutes)

    assert rollback(shop.desk, MODEL, None, "").state.champion.version == "1"


def test_a_named_rollback_that_was_stopped_does_not_swallow_the_step_after_it(
    shop: Workshop, ledger: FakeLedger
) -> None:
    reigned(shop)
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        rollback(shop.desk, MODEL, "2", "")
    ledger.cannot_project = False

    assert rollback(shop.desk, MODEL, None, "").state.champion.version == "1"


def test_a_stopped_step_that_was_completed_by_name_does_not_swallow_the_next(
    shop: Workshop, ledger: FakeLedger
) -> None:
    reigned(shop)
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        rollback(shop.desk, MODEL, None, "")
    ledger.cannot_project = False
    assert not rollback(shop.desk, MODEL, "2", "").is_new

    assert rollback(shop.desk, MODEL, None, "").state.champion.version == "1"
