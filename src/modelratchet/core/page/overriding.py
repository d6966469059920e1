"""How an override gets onto the page, and onto one that was written before it: for ever, whatever is decided later."""

from __future__ import annotations

from modelratchet.core.page.escaping import cut, for_markdown
from modelratchet.core.page.markdown import NOTE_LIMIT, OVERRIDDEN

_LONGEST = 500


def with_override(note: str, override: str) -> str:
    """A note with the override below its headline; one that has it already is left as it is."""
    line = f"{OVERRIDDEN} {for_markdown(cut(override, _LONGEST))}"
    if line in note:
        return note
    headline, _, rest = note.partition("\n")
    return cut(f"{headline}\n\n{line}\n{rest}", NOTE_LIMIT)
