"""Our server without checks, prediction log and metrics, only to tell what they cost: the product has no such switch."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from modelratchet.serving import entry
from modelratchet.serving.__main__ import main
from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.metrics.meter import Meter
from modelratchet.serving.model import Model
from modelratchet.serving.observing import Observer
from modelratchet.serving.predictor import Predictor
from modelratchet.serving.settings import ServingSettings
from modelratchet.storage.bundles import Bundle

Made = TypeVar("Made")


class _BlindMeter(Meter):
    def answered(self, route: str, status: int, seconds: float) -> None:
        pass


class _BlindObserver(Observer):
    def __init__(self, bundle: Bundle, settings: ServingSettings) -> None:
        super().__init__(bundle, settings)
        self.meter = _BlindMeter()

    def predicted(self, route: str, request_id: str, batch: Batch, answer: Answer, started: float) -> None:
        pass


def _unguarded(bundle: Bundle, settings: ServingSettings) -> Predictor:
    return Predictor(Model(bundle), None, settings.deadline_seconds)


def without_guards(make: Callable[[], Made]) -> Made:
    """What `make` makes of our application while there is nothing to guard, count or remember with."""
    kept = {name: getattr(entry, name) for name in ("predictor_of", "Observer")}
    vars(entry).update(predictor_of=_unguarded, Observer=_BlindObserver)
    try:
        return make()
    finally:
        vars(entry).update(kept)


if __name__ == "__main__":
    sys.exit(without_guards(main))
