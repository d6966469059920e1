"""How an override gets onto the page, and onto one that was written before it: for ever, whatever is decided later."""

from __future__ import annotations

from modelratchet.core.ledger import Event, EventKind, History
from modelratchet.core.page.escaping import cut, for_markdown
from modelratchet.core.page.markdown import NOTE_LIMIT, OVERRIDDEN

_LONGEST = 500


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


def with_override(note: str, override: str) -> str:
    """A note with the override below its headline; one that has it already is left as it is."""
    line = f"{OVERRIDDEN} {for_markdown(cut(override, _LONGEST))}"
    if line in note:
        return note
    headline, _, rest = note.partition("\n")
    return cut(f"{headline}\n\n{line}\n{rest}", NOTE_LIMIT)
