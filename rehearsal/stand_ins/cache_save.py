"""actions/cache/save: the second half of actions/cache, at once and not after the job. Rules and source: `cache`."""

from __future__ import annotations

from rehearsal.stand_ins.cache import keep
from rehearsal.stand_ins.step import ActionStep


def main(step: ActionStep) -> None:
    """Save."""
    keep(step, step.input("key"))
