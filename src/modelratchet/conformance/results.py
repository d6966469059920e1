"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Outcome(Enum):
    """Of a check. What a server does not offer at all is no failure, unless it was asked for by name."""

    PASSED = "pass"
    FAILED = "fail"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True)
class CheckResult:
    """One line of the table."""

    protocol: str
    check: str
    expected: str
    found: str
    outcome: Outcome


class Found(NamedTuple):
    """What an answer was, and whether it is what was expected."""

    is_right: bool
    said: str
