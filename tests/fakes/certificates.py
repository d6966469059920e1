"""Certificates that are only counted."""

from __future__ import annotations

from pathlib import Path

from modelratchet.core.ledger import Event
from modelratchet.errors import TrackingError


class FakeCertificates:
    """The port `Certificates`. `events` are those that have one, in order; `is_down` makes every call fail."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.is_down = False

    def ensure(self, event: Event) -> Path:
        if self.is_down:
            raise TrackingError("the certificate could not be stored")
        if event not in self.events:
            self.events.append(event)
        return Path("certificates") / f"{event.counter}.json"
