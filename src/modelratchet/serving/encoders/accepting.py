"""Which of the media types that a route can write a caller wants.

Source: RFC 9110, 12.5.1 (Accept) and 12.4.2 (quality values).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus

from modelratchet.serving.problems import Problem

HEADER_PRESENT = "header=present"
ANYTHING = ("", "*/*")


_LONG = 200
"""Letters of a header that no client of a model sends; it is read, but not remembered."""


def chosen(accept: str, offered: tuple[str, ...]) -> str:
    """The one with the highest quality; of equals the first that is offered.

    Args:
        accept: the header's text; an empty one accepts anything.
        offered: media types, at least one, some perhaps with a parameter (`text/csv;header=present`), which has to be asked for as it stands.

    Raises:
        Problem: none is accepted, or the header cannot be read.
    """
    if accept in ANYTHING:
        return offered[0]
    return _chosen(accept, offered) if len(accept) > _LONG else _remembered(accept, offered)


def _chosen(accept: str, offered: tuple[str, ...]) -> str:
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    ranked = [(_quality(name, ranges), -place) for place, name in enumerate(offered)]
    quality, place = max(ranked)
    if quality <= 0:
        detail = f"found Accept: {accept[:100]!r}, expected one of {', '.join(offered)}"
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, "not-acceptable", detail)
    return offered[-place]


_remembered = lru_cache(maxsize=256)(_chosen)  # callers say the same each time


def _range(part: str) -> tuple[str, float]:
    """A media range, with the one parameter that makes a difference here, and the quality (0 to 1)."""
    name, *parameters = (piece.strip().lower().replace(" ", "") for piece in part.split(";"))
    quality = next((_number(parameter[2:]) for parameter in parameters if parameter.startswith("q=")), 1.0)
    return (f"{name};{HEADER_PRESENT}" if HEADER_PRESENT in parameters else name), quality


def _number(text: str) -> float:
    if not (text.replace(".", "", 1).isdigit() and text.isascii() and len(text) <= 5):
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-header", f"found quality {text[:20]!r} in Accept, expected 0 to 1")
    return min(float(text), 1.0)


def _quality(name: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Of the most specific range that matches; 0 where none does. What has a parameter matches by its whole name only."""
    wildcards = () if ";" in name else (f"{name.partition('/')[0]}/*", "*/*")
    for wanted in (name, *wildcards):
        found = [quality for given, quality in ranges if given == wanted]
        if found:
            return max(found)
    return 0.0
