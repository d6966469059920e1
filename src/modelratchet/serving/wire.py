"""Heads of requests and answers as bytes: what uvicorn's parser and writer leave to be done. Called by `connection`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from modelratchet.serving.exchange import VERSION_HEADER

_UPGRADE = re.compile(rb"\r\nupgrade(?=:)", re.IGNORECASE)


def without_upgrade(data: bytes) -> bytes:
    """The same, as long, but for the offer of another protocol: a server may pass over it, and httptools would take the body for that protocol.

    Java's client offers HTTP/2 before its first body, and curl does with `--http2`. Source: RFC 9110, section 7.8.
    """
    if b"pgrade" not in data:
        return data
    end = data.find(b"\r\n\r\n") + 1 or len(data)
    return _UPGRADE.sub(b"\r\nx-grade", data[:end]) + data[end:]


@lru_cache(256)
def answer_head(status: int, media_type: str, version: bytes) -> bytes:
    """The status line, and the headers that are the same for most answers."""
    return STATUS_LINE[status] + header_lines(((b"content-type", media_type.encode()), (VERSION_HEADER, version)))


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A line each, with its end."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])
