"""Which tests were skipped because a program is not on this machine, as one line. `tests/conftest.py` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

ON_REQUEST = {
    "docker-registry": "docker-registry is not installed",
    "chromium": "no chromium",
    "PostgreSQL": "PostgreSQL's server is not installed",
    "openssl": "openssl is not installed",
}
"""Programs that `make programs` installs, and what a test says that lacks one."""
BY_HAND = {"Docker": "no Docker engine answers", "curl": "no curl", "curl ": "curl is not installed"}
"""Those that it does not."""


def told(reasons: Iterable[str]) -> str:
    """The line; empty where nothing was skipped for want of a program.

    Args:
        reasons: why tests were skipped, one each.
    """
    lacks = Counter(name.strip() for reason in reasons if (name := _program(reason)))
    if not lacks:
        return ""
    n_tests = lacks.total()
    names = ", ".join(f"{name} {count}" for name, count in lacks.most_common())
    were = "1 test was" if n_tests == 1 else f"{n_tests:,} tests were"
    by_hand = sorted(set(lacks) & {name.strip() for name in BY_HAND})
    remedies = [
        *(["`make programs` installs them"] if not by_hand else []),
        *(["`make programs` installs the others"] if by_hand and len(lacks) > len(by_hand) else []),
        *([f"{' and '.join(by_hand)} you install yourself"] if by_hand else []),
    ]
    return f"{were} skipped for want of programs ({names}): {', '.join(reversed(remedies))}"


def _program(reason: str) -> str:
    return next((name for name, words in (*ON_REQUEST.items(), *BY_HAND.items()) if words in reason), "")
