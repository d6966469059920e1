"""Takes secrets out of a text that people are asked to send on: `storage.bug_reports` and `wiring.unexpected` call it.

What is taken out: values of variables that are named like a secret, users and passwords of addresses, PEM blocks, and what stands behind a name
such as `password`. Lines of source in a traceback are code, not values: of them only literals go. It hides too much rather than too little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "…"

_NAME = (
    r"(?:authorization|password|passwd|passphrase|(?<![a-z])pwd|secret|token(?!iz|_pattern|_count)|credential|cookie"
    r"|(?:api|access|signing|private|secret)[-_]?key|x-amz-signature)(?![\w-]{0,40}(?:error|exception|warning)\b)"
)
_SECRET_VARIABLE = re.compile(rf"(?i)(?!pwd$)(?:.*{_NAME}|.*_(?:pass|pwd|pat)$)")
_FILE_VARIABLE = re.compile(r"(?i)_(?:file|path|dir)$")
_NO_SECRETS = {"true", "false", "none", "null", "auto"}
_SHORTEST_SECRET = 4
_SHORTEST_LINE = 8
_SHORTEST_LONE_USER = 12

_USER_OF_VARIABLE = re.compile(r"(?<=://)\S+(?=@)")
_USER_IN_ADDRESS = re.compile(r"(?<=://)[^\s'\"]+(?=@)")
_PEM = re.compile(r"-----BEGIN[^\n-]*-----(?:(?!-----).)*-----END[^\n-]*-----", re.DOTALL)
_SCHEME = re.compile(r"(?i)(\b(?:bearer|basic) +)(?=[^\s'\"]*[\d=])[^\s'\"]{8,}")
_QUOTE = r"(\\*['\"])"
_BODY = r"(?:(?!\2)\\.|(?!\2).)*"
_IS = r"[\w-]{0,40}\\*['\"]?[ \t]*[:=]>?[ \t]*"
_LITERAL = re.compile(rf"(?i)({_NAME}{_IS}[bru]{{0,2}}){_QUOTE}{_BODY}(?:\2[^\s,;)\]}}]*|$)")
_OPTION = re.compile(rf"(?i)(--?[\w-]{{0,40}}{_NAME}[\w-]{{0,40}}['\"], ?){_QUOTE}{_BODY}\2")
_HEADER = re.compile(r"(?i)((?:authorization|cookie)[\w-]{0,40}[ \t]*[:=][ \t]*)(?!\\*['\"]|none\b).+")
_EMPTY = r"(?:none|null|true|false)\b"
_PLAIN_WORD = r"(?-i:[A-Za-z][a-z]{0,11}) [A-Za-z]"
_BARE = re.compile(
    rf"(?i)({_NAME}[\w-]{{0,40}}(?:[ \t]*=[ \t]*|:[ \t]*(?!{_PLAIN_WORD})))(?![bru]{{0,2}}\\*['\"]|{_EMPTY}|{HIDDEN})\S+"
)
_FRAME = re.compile(r"^[\s|+-]*File \".*\", line \d+")


def without_secrets(text: str, environment: Mapping[str, str]) -> str:
    """The text, with `…` in place of each secret.

    Args:
        text: a message, or a traceback as Python formats it.
        environment: the variables whose secrets may stand in it.
    """
    for value in sorted(_values(environment), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    text = _PEM.sub(HIDDEN, text)
    text = _USER_IN_ADDRESS.sub(HIDDEN, text)
    return "".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    is_source = False
    for line in text.splitlines(keepends=True):
        said, end = (line[:-1], "\n") if line.endswith("\n") else (line, "")
        said = _LITERAL.sub(rf"\1\2{HIDDEN}\2", said)
        if not is_source:
            said = _OPTION.sub(rf"\1\2{HIDDEN}\2", said)
            said = _HEADER.sub(rf"\1{HIDDEN}", said)
            said = _BARE.sub(rf"\1{HIDDEN}", _SCHEME.sub(rf"\1{HIDDEN}", said))
        yield said + end
        is_source = bool(_FRAME.match(line))


def _values(environment: Mapping[str, str]) -> set[str]:
    """Every secret of these variables in each form that a message may give it."""
    found: set[str] = set()
    for name, value in environment.items():
        if _SECRET_VARIABLE.match(name) and not _FILE_VARIABLE.search(name) and value.lower() not in _NO_SECRETS:
            found.update(_forms(value))
        for user in _USER_OF_VARIABLE.findall(value):
            found.update(_forms(_password(user)))
    return {value for value in found if len(value) >= _SHORTEST_SECRET}


def _password(user: str) -> str:
    """What is secret of an address's `user:password`; a user alone is, where it is as long as a token and no path."""
    _, colon, password = user.partition(":")
    if colon:
        return password
    return user if len(user) >= _SHORTEST_LONE_USER and "/" not in user else ""


def _forms(value: str) -> Iterator[str]:
    yield from (value, value.strip())
    if "\n" in value:
        # a traceback may indent them, a message may name one
        yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= _SHORTEST_LINE)
    for one in (value, unquote(value)):
        yield from (one, quote(one), quote(one, safe=""), quote_plus(one))
        yield from (_inner(repr(one)), _inner(repr(repr(one))), _inner(json.dumps(one)))
        yield repr(one.encode(errors="replace"))[2:-1]


def _inner(quoted: str) -> str:
    return quoted[1:-1]
