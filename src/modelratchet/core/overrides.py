"""Overrides in a ledger, in words."""

from __future__ import annotations

from collections.abc import Callable

from modelratchet.core.ledger import Event, EventKind, History


def override_of(history: History, is_about: Callable[[Event], bool]) -> str:
    """Who forced a model, when and why, by the ledger; empty if nobody did.

    Args:
        history: all events.
        is_about: whether an override is of this model; it may lie in several bundles.
    """
    events = (item.event for item in history.accepted)
    return "; ".join(override_text(event) for event in events if is_override(event) and is_about(event))


def is_override(event: Event) -> bool:
    """Whether a person decided it against the gate."""
    return event.kind is EventKind.OVERRIDDEN


def override_text(event: Event) -> str:
    """One override in words."""
    return f"{event.actor} on {event.at}: {event.reason}"
