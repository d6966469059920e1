"""A kill, and what it left; counted for a table. Used by `kills` and `run_kills`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.chaos.boundaries import Moment


@dataclass(frozen=True)
class Kill:
    """One trial: at a moment between calls, or so many seconds after the start."""

    place: int
    moment: Moment | None
    after_s: float | None

    def __str__(self) -> str:
        return str(self.moment) if self.moment else f"after {self.after_s:.3f} s"


@dataclass(frozen=True)
class Aftermath:
    """What a trial left: `faults` is empty when all is well."""

    kill: Kill
    was_killed: bool
    was_resumed: bool
    faults: tuple[str, ...]


def counted_cells(seen: Sequence[Aftermath]) -> str:
    """The cells of a row of the table."""
    counted = Counter(
        trials=len(seen),
        killed=sum(item.was_killed for item in seen),
        broken=sum(bool(item.faults) and item.was_resumed for item in seen),
        double=sum(any(fault.startswith("double") for fault in item.faults) for item in seen),
        stopped=sum(not item.was_resumed for item in seen),
    )
    return " | ".join(str(counted[name]) for name in ("trials", "killed", "broken", "double", "stopped"))
