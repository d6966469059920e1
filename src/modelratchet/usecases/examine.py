"""Look the machine over: the use case behind `ratchet doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.errors import RatchetError


class Level(StrEnum):
    """How bad it is that something is not there."""

    FINE = "fine"
    OPTIONAL = "optional"
    NEEDED = "needed"


@dataclass(frozen=True)
class Examined:
    """One thing that was looked at; `remedy` is empty when it is fine."""

    name: str
    level: Level
    found: str
    remedy: str = ""


Examination = Callable[[], Examined]


def examine(examinations: Iterable[Examination]) -> tuple[Examined, ...]:
    """Run every examination; one that fails by a known error counts as something needed that is missing."""
    return tuple(_one(examination) for examination in examinations)


def _one(examination: Examination) -> Examined:
    try:
        return examination()
    except RatchetError as error:
        return Examined(examination.__name__.strip("_").replace("_", " "), Level.NEEDED, error.message, error.hint)
