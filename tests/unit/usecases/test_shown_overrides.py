"""An override is on the page of the run that it is about, once, whoever completes it."""

from __future__ import annotations

from modelratchet.core.overrides import override_of
from modelratchet.usecases.override import override
from modelratchet.usecases.reconcile import reconcile
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.candidates import MODEL
from tests.samples.workshops import Workshop


def test_an_override_is_put_on_the_note_that_was_written_before_it(shop: Workshop, registry: FakeModelRegistry) -> None:
    shop.judged(0.1)

    override(shop.desk, MODEL, "1", "the old one left the market")

    assert registry.pages["run1"].note.splitlines()[2].endswith("the old one left the market")


def test_reconciling_tells_it_only_once(shop: Workshop, registry: FakeModelRegistry) -> None:
    shop.judged(0.1)
    override(shop.desk, MODEL, "1", "so")

    reconcile(shop.desk, MODEL)

    assert registry.pages["run1"].note.count("OVERRIDDEN") == 1


def test_the_ledger_tells_of_an_overridden_bundle_for_ever(shop: Workshop) -> None:
    shop.judged(0.1)
    digest = override(shop.desk, MODEL, "1", "so").event.bundle_digest
    shop.promoted(0.2)

    assert override_of(shop.history, lambda event: event.bundle_digest == digest).endswith(": so")
    assert override_of(shop.history, lambda event: event.bundle_digest == "sha256:another") == ""
