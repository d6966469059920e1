"""Overrides in a ledger, in words."""

from __future__ import annotations

from modelratchet.core.ledger import Event, EventKind, History


def override_of(history: History, bundle_digest: str) -> str:
    """Who forced a bundle, when and why, by the ledger; empty if nobody did."""
    events = (item.event for item in history.accepted)
    return "; ".join(
        override_text(event) for event in events if is_override(event) and event.bundle_digest == bundle_digest
    )


def is_override(event: Event) -> bool:
    """Whether a person decided it against the gate."""
    return event.kind is EventKind.OVERRIDDEN


def override_text(event: Event) -> str:
    """One override in words."""
    return f"{event.actor} on {event.at}: {event.reason}"
