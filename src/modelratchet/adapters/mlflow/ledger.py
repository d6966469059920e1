"""The port `Ledger` on MLflow, the same over SQLite, another database or a server.

An event is a version of the registered model `NAME.promotions`: MLflow hands out version numbers atomically and never twice, on every store,
and the tags given at creation appear with the version. Its JSON is one tag; the others, and the description, are for people. Its
source is the version of NAME that it is about, which a server accepts where it refuses a path.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import insisting, is_missing, translated
from modelratchet.adapters.mlflow.projecting import project, projection_of
from modelratchet.adapters.mlflow.store import connect
from modelratchet.core.digests import canonical_json, digest_bytes
from modelratchet.core.folding import fold
from modelratchet.core.formats import to_document
from modelratchet.core.ledger import Event, History, State, StoredEvent
from modelratchet.core.registry_names import LEDGER_SUFFIX
from modelratchet.errors import EvidenceError, TrackingError
from modelratchet.usecases.ports.promotions import Projection
from modelratchet.version import RELEASE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

EVENT_TAG = "ratchet.event"
DIGEST_TAG = "ratchet.event_digest"
RELEASE_TAG = "ratchet.release"
_PAGE = 1000
_ROUNDS = 20


class MlflowLedger:
    """Promotion events in MLflow. MLflow is imported by the first call that needs it."""

    def __init__(self, address: StoreAddress) -> None:
        """Remember where the store is; nothing is opened yet."""
        self._address = address

    @cached_property
    def _client(self) -> MlflowClient:
        return connect(self._address)

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        """All events, page by page."""
        return self._read_after(model, 0)

    def append(self, event: Event) -> None:
        """Store an event as one more version."""
        name = ledger_name(event.model)
        with translated(self._address, f"store the event for version {event.version} of {event.model}"):
            versions.ensure_model(self._client, name)
            insisting(
                lambda: self._client.create_model_version(
                    name,
                    source=f"models:/{event.model}/{event.version}",
                    tags=_tags(event),
                    description=_description(event),
                    await_creation_for=0,
                )
            )

    def projection(self, model: str) -> Projection:
        """What aliases and tags say."""
        if self._address.is_absent:
            return Projection(None, None, None, None)
        with translated(self._address, f"tell the aliases of {model}"):
            return projection_of(self._client, model)

    def project(self, state: State) -> bool:
        """Write aliases and tags until they agree with the ledger."""
        history = self._history(state)
        has_changed = False
        for _ in range(_ROUNDS):
            with translated(self._address, f"set the aliases of {state.model}"):
                has_changed |= project(self._client, history.state)
            newer = self._caught_up(history)
            if newer.state == history.state:
                return has_changed
            history = newer
        raise TrackingError(
            f"others promoted versions of {state.model} {_ROUNDS} times while the aliases were set",
            hint="Run `ratchet reconcile` when it is quieter.",
        )

    def _history(self, state: State) -> History:
        history = fold(state.model, self.read(state.model))
        if state.head is not None and state.head not in {item.event.digest for item in history.accepted}:
            raise EvidenceError(
                f"the ledger of {state.model} has lost event {state.counter}, which it held a moment ago",
                hint="Someone changed the ledger in the store. Restore it from a backup.",
            )
        return history

    def _caught_up(self, history: History) -> History:
        n_read = len(history.accepted) + len(history.void)
        return fold(history.model, self._read_after(history.model, n_read), history)

    def _read_after(self, model: str, number: int) -> tuple[StoredEvent, ...]:
        if self._address.is_absent:
            return ()
        with translated(self._address, f"read the ledger of {model}"):
            return tuple(_stored(version) for version in self._pages(ledger_name(model), number))

    def _pages(self, name: str, number: int) -> list[ModelVersion]:
        """Versions above a number, in the order of their numbers: one that is added while pages are turned comes last."""
        found: list[ModelVersion] = []
        token: str | None = None
        wanted = f"name = '{name}'" + (f" AND version_number > {number}" if number else "")
        while True:
            try:
                page = self._client.search_model_versions(wanted, _PAGE, ["version_number ASC"], token)
            except Exception as error:
                if is_missing(error):
                    return []
                raise
            found += page
            token = page.token
            if not token:
                return found


def ledger_name(model: str) -> str:
    """The registered model whose versions are the events."""
    return model + LEDGER_SUFFIX


def _tags(event: Event) -> dict[str, str]:
    text = canonical_json(to_document(event)).decode()
    return {
        EVENT_TAG: text,
        DIGEST_TAG: digest_bytes(text.encode()),
        "ratchet.kind": event.kind.value,
        "ratchet.version": event.version,
        "ratchet.counter": str(event.counter),
        "ratchet.nonce": event.nonce,
        RELEASE_TAG: RELEASE,
    }


def _description(event: Event) -> str:
    because = f": {event.reason}" if event.reason else ""
    return f"{event.counter}. version {event.version} {event.kind.value.replace('_', ' ')} by {event.actor}{because}"


def _stored(version: ModelVersion) -> StoredEvent:
    text, digest = version.tags.get(EVENT_TAG, ""), version.tags.get(DIGEST_TAG)
    if digest_bytes(text.encode("utf-8", "surrogatepass")) != digest:
        raise EvidenceError(
            f"event {version.version} of {version.name} was edited in the store: its text is not the one whose digest was stored with it",
            hint="Restore it from a backup of the store; until then nothing is promoted.",
        )
    return StoredEvent(int(version.version), text, version.tags.get(RELEASE_TAG, ""))
