"""GitHub's filter patterns for branches, tags and paths. Pure; used by `triggers`.

Source: docs.github.com, "Workflow syntax for GitHub Actions", section "Filter pattern cheat sheet".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PIECES = re.compile(r"\*\*/|\*\*|\*|\[[^\]]*\]|\\.|.", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits one pattern, which is taken without its leading `!`.

    >>> matches("releases/**", "releases/10/beta"), matches("feature/*", "feature/a/b"), matches("*.jsx?", "page.js")
    (True, False, True)
    """
    return re.fullmatch(_expression(pattern), text) is not None


def selected(patterns: Sequence[str], text: str) -> bool:
    """Whether a list of patterns takes the text: the last pattern that fits decides, and `!` takes back."""
    taken = False
    for pattern in patterns:
        negative = pattern.startswith("!")
        if matches(pattern.removeprefix("!"), text):
            taken = not negative
    return taken


def any_path_selected(patterns: Sequence[str], paths: Iterable[str]) -> bool:
    """`paths`: one changed file that fits is enough."""
    return any(selected(patterns, path) for path in paths)


def all_paths_ignored(patterns: Sequence[str], paths: Sequence[str]) -> bool:
    """`paths-ignore`: nothing runs when every changed file fits."""
    return bool(paths) and all(selected(patterns, path) for path in paths)


def _expression(pattern: str) -> str:
    """`?` and `+` count the character before them, unlike a shell's."""
    return "".join(_translated(piece) for piece in _PIECES.findall(pattern))


def _translated(piece: str) -> str:
    fixed = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    if piece in fixed:
        return fixed[piece]
    if piece.startswith("["):
        return piece
    return re.escape(piece.removeprefix("\\"))
