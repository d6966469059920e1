"""A ledger in memory, with switches for a store that is down, for lost replies and for rivals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from modelratchet.core.digests import canonical_json
from modelratchet.core.folding import fold
from modelratchet.core.formats import to_document
from modelratchet.core.ledger import Event, State, StoredEvent
from modelratchet.errors import TrackingError
from modelratchet.usecases.ports.promotions import Projection

NOTHING = Projection(None, None, None, None)


class FakeLedger:
    """The port `Ledger`. `texts` are the stored events; `before_append` is called first, as a rival that was quicker.

    `is_down` makes every call fail; `loses_replies` stores and then fails, `loses_requests` fails without storing.
    """

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.shown: dict[str, Projection] = {}
        self.before_append: Callable[[], None] = lambda: None
        self.is_down = self.loses_replies = self.loses_requests = self.cannot_project = False

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        self._asked()
        return tuple(StoredEvent(number, text) for number, text in enumerate(self.texts.get(model, ()), start=1))

    def append(self, event: Event) -> None:
        self._asked()
        rival, self.before_append = self.before_append, lambda: None
        rival()
        if self.loses_requests:
            raise TrackingError("the ledger did not answer")
        self.texts.setdefault(event.model, []).append(canonical_json(to_document(event)).decode())
        if self.loses_replies:
            raise TrackingError("the ledger did not answer")

    def projection(self, model: str) -> Projection:
        self._asked()
        return self.shown.get(model, NOTHING)

    def project(self, state: State) -> bool:
        self._asked()
        if self.cannot_project:
            raise TrackingError("the alias could not be set")
        newest = fold(state.model, self.read(state.model)).state
        wanted = replace(
            NOTHING,
            champion=newest.champion.version,
            anchor=newest.anchor.version,
            head=newest.head,
            counter=newest.counter or None,
        )
        before, self.shown[state.model] = self.shown.get(state.model, NOTHING), wanted
        return before != wanted

    def _asked(self) -> None:
        if self.is_down:
            raise TrackingError("the ledger is down")
