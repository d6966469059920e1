"""Settings of three words, `first holdout last`, and a source that has the months it is told to."""

from __future__ import annotations

import datetime as dt

from modelratchet.core.periods import start_of
from modelratchet.core.windows import Coverage, Window, WindowRule
from modelratchet.usecases.ports.retraining import Declared, MovedSettings
from tests.samples.candidates import MODEL
from tests.samples.windows import RULE, covered, month


class FakeWindowSettings:
    """The port `WindowSettings`. `rows` is what the source has; the text holds the names of the three periods."""

    def __init__(self, rows: tuple[Coverage, ...] = covered("2013-01", "2013-12"), rule: WindowRule = RULE) -> None:
        self.rows, self.rule, self.merges = rows, rule, False

    def declared(self, text: bytes) -> Declared:
        _, holdout, _ = text.decode().split()
        return Declared(MODEL, self.rule, start_of(month(holdout), dt.UTC), self.merges)

    def moved(self, text: bytes, window: Window) -> MovedSettings:
        names = (window.first.name, window.holdout.name, window.last.name)
        keys = ("first", "holdout", "last")
        changes = {
            key: (old, new) for key, old, new in zip(keys, text.decode().split(), names, strict=True) if old != new
        }
        return MovedSettings(" ".join(names).encode(), changes)

    def covered(self, text: bytes) -> tuple[Coverage, ...]:
        return self.rows
