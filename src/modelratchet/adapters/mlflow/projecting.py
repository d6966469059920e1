"""The ledger's state as aliases and tags of the registered model, for all who ask MLflow and not the ledger. Called by `ledger`.

MLflow compares nothing when it sets an alias: the last writer wins. So whoever calls this reads the ledger afterwards, and again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.errors import insisting, is_missing
from modelratchet.core.ledger import State
from modelratchet.usecases.ports.promotions import Projection

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION_ALIAS = "champion"
ANCHOR_ALIAS = "anchor"
HEAD_TAG = "ratchet.ledger_head"
COUNTER_TAG = "ratchet.ledger_counter"


def projection_of(client: MlflowClient, model: str) -> Projection:
    """What aliases and tags of a model say; nothing for a model that is not there."""
    try:
        found = client.get_registered_model(model)
    except Exception as error:
        if is_missing(error):
            return Projection(None, None, None, None)
        raise
    counter = found.tags.get(COUNTER_TAG, "")
    return Projection(
        _text(found.aliases.get(CHAMPION_ALIAS)),
        _text(found.aliases.get(ANCHOR_ALIAS)),
        found.tags.get(HEAD_TAG),
        int(counter) if counter.isdecimal() else None,
    )


def project(client: MlflowClient, state: State) -> bool:
    """Set what differs, the champion first; whether anything did."""
    shown = projection_of(client, state.model)
    changes = [
        *_alias(client, state.model, CHAMPION_ALIAS, shown.champion, state.champion.version),
        *_alias(client, state.model, ANCHOR_ALIAS, shown.anchor, state.anchor.version),
    ]
    if state.head is not None and (shown.head, shown.counter) != (state.head, state.counter):
        changes.append(partial(client.set_registered_model_tag, state.model, HEAD_TAG, state.head))
        changes.append(partial(client.set_registered_model_tag, state.model, COUNTER_TAG, str(state.counter)))
    for change in changes:
        insisting(change)
    return bool(changes)


def _alias(
    client: MlflowClient, model: str, alias: str, shown: str | None, wanted: str | None
) -> list[partial[object]]:
    if shown == wanted:
        return []
    if wanted is None:
        return [partial(client.delete_registered_model_alias, model, alias)]
    return [partial(client.set_registered_model_alias, model, alias, wanted)]


def _text(version: object) -> str | None:
    return None if version is None else str(version)
