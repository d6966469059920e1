"""What a verification found, one line a check. Made by `verify_certificate` and `verify_store`, printed by `ratchet verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.errors import EvidenceError


class Status(StrEnum):
    """How a check ended. `open` could not be checked with what was given, or is for a person to weigh."""

    RIGHT = "right"
    OPEN = "open"
    WRONG = "wrong"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `subject` names the file, entry or version."""

    subject: str
    status: Status
    message: str


def check(subject: str, ask: Callable[[], str]) -> Check:
    """Ask, and take an `EvidenceError` for a no. Whatever else is raised is no answer and goes on."""
    try:
        return Check(subject, Status.RIGHT, ask())
    except EvidenceError as error:
        return Check(subject, Status.WRONG, error.message)


def wrong(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Those that failed."""
    return tuple(item for item in checks if item.status is Status.WRONG)
