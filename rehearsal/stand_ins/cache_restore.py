"""actions/cache/restore: the first half of actions/cache; it never saves. Rules and source: `cache`."""

from __future__ import annotations

from rehearsal.stand_ins.cache import restore
from rehearsal.stand_ins.step import ActionStep


def main(step: ActionStep) -> None:
    """Restore."""
    restore(step)
