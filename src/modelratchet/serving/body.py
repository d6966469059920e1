"""Reads a request's body within its limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from modelratchet.serving.exchange import RawHeaders
from modelratchet.serving.problems import Problem

_MOST_DIGITS = 20
"""Of a length: as many as any limit has, and few enough to be read in no time."""

Receive = Callable[[], Awaitable[Any]]


class Gone(Exception):  # noqa: N818 - nobody is left to tell
    """The caller went away before the body was whole."""


def said_length(headers: RawHeaders, maximum_bytes: int) -> int | None:
    """How long the body says it is, before any of it is read; None where it comes in chunks, 0 where there is none.

    Servers hold the grammar too, but not all of them. Source: RFC 9110, section 8.6; RFC 9112, section 6.3.

    Raises:
        Problem: it is larger than allowed, or said in no number.
    """
    is_chunked = False
    for name, value in headers:
        is_chunked |= name == b"transfer-encoding"
        if name == b"content-length":
            if not value.isdigit():
                detail = f"found content-length {value[:30].decode('latin-1')!r}, expected a number of bytes"
                raise Problem(HTTPStatus.BAD_REQUEST, "wrong-content-length", detail)
            size = int(value[:_MOST_DIGITS])
            if size > maximum_bytes:
                raise _too_large(size, maximum_bytes)
            return size
    return None if is_chunked else 0


async def read_body(
    receive: Receive, maximum_bytes: int, seconds: float, claim: Callable[[int], object] | None = None
) -> bytes:
    """Read it whole.

    Args:
        receive: gives the next part, as ASGI has it.
        maximum_bytes: of all parts.
        seconds: from now until it has to be there.
        claim: is told how long each part behind the first is, and may refuse it by a Problem; for bodies that do not say how long they are.

    Raises:
        Problem: it is larger than allowed, or is not there in time.
        Gone: the caller went away.
    """
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
            body: bytes = _part(message)
            if not message.get("more_body", False):
                return _within(body, maximum_bytes)
            parts, size = [body], len(body)
            while message.get("more_body", False):
                message = await receive()
                parts.append(_part(message))
                size += len(parts[-1])
                if size > maximum_bytes:
                    raise _too_large(size, maximum_bytes)
                if claim is not None:
                    claim(len(parts[-1]))
            return b"".join(parts)
    except TimeoutError as error:
        raise too_slow(seconds) from error


def too_slow(seconds: float) -> Problem:
    """A request that was not whole in time."""
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "body-too-slow", f"the request was not whole within {seconds:g} s")


def _part(message: Any) -> bytes:
    if message["type"] == "http.disconnect":
        raise Gone
    part: bytes = message.get("body", b"")
    return part


def _within(body: bytes, maximum_bytes: int) -> bytes:
    if len(body) > maximum_bytes:
        raise _too_large(len(body), maximum_bytes)
    return body


def _too_large(size: int, maximum: int) -> Problem:
    detail = f"found a body of {size:,} bytes or more, expected at most {maximum:,}"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail)
