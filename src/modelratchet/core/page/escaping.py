"""Makes text from data, settings and the registry harmless, for each of the page's two markups. Called by the renderers on every text.

Nothing that is passed through here can become a tag, a link, an image, a mention, a line of its own or a change of writing direction.
"""

from __future__ import annotations

import html
import re

from modelratchet.core.plain_text import plain

_NOTHING = "&#8203;"
"""A space of no width: it parts what GitHub and MLflow would join to a mention, an issue, an emoji or an address."""

_MARKUP = re.compile(r"[\\`*\[\]|~$!<>&]|(?<!\w)_|_(?!\w)")
_JOINED = re.compile(r"(?<=@)(?=\S)|(?<=#)(?=\S)|(?<=:)(?=[\w+/-])|(?<=www)(?=\.)|(?<=gh)(?=-)", re.IGNORECASE)
_LINE_START = re.compile(r"^(?:[-+](?=[-\s]|$)|#)|^\d+[.)](?=\s|$)")
_IN_CODE = str.maketrans({"`": "'", "<": "\u2039", ">": "\u203a"})
_IN_CODE_CELL = str.maketrans({"|": "\u00a6"})


def cut(text: str, length: int) -> str:
    """At most `length` characters, with a sign that some are gone.

    >>> cut("carrier", 4)
    'car…'
    """
    return text if len(text) <= length else text[: length - 1] + "…"


def for_markdown(text: str) -> str:
    """Escape for a place inside a line: a paragraph that has begun, a table's cell.

    Numbers of characters stand in for markup, because MLflow's renderer does not know every escape by a backslash.

    >>> for_markdown("a|b <i> @user roc_auc")
    'a&#124;b &#60;i&#62; @&#8203;user roc_auc'
    """
    parted = _JOINED.sub("\0", plain(text))
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", parted).replace("\0", _NOTHING)


def for_markdown_line(text: str) -> str:
    """Escape for a place where a line begins, so that it starts no list and no heading.

    >>> for_markdown_line("- late")
    '&#45; late'
    """
    escaped = for_markdown(text)
    return _LINE_START.sub(lambda found: f"&#{ord(found.group()[0])};{found.group()[1:]}", escaped)


def for_code(text: str) -> str:
    """Text for a line of a code block, where nothing is markup but the end of the block; angles stay out of the file altogether."""
    return plain(text).translate(_IN_CODE)


def for_code_cell(text: str) -> str:
    """Text between backticks within a table, where a pipe would still end the cell."""
    return for_code(text).translate(_IN_CODE_CELL)


def for_html(text: str) -> str:
    """Escape for an element's content or a quoted attribute."""
    return html.escape(plain(text), quote=True)


def web_address(address: str) -> str | None:
    """The address if it is one of http(s) or within MLflow's own page, and holds nothing that could end it early; else None.

    >>> web_address("javascript:alert(1)") is None
    True
    """
    return address if _ADDRESS.fullmatch(address) else None


_ADDRESS = re.compile(r"(https?://[A-Za-z0-9][A-Za-z0-9.\-]*(:\d{1,5})?/|#/)[A-Za-z0-9._~%/?#=&,+\-]*")
