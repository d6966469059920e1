"""Text of strangers without hidden characters."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    r"""One line without anything that cannot be seen; a sign of replacement stands where it was.

    >>> plain("late \n\t flights\u202e")
    'late flights\ufffd'
    """
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return "".join("\ufffd" if unicodedata.category(character) in _UNSEEN else character for character in line)
