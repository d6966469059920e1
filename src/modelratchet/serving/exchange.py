"""Requests and responses between the ASGI application and the protocols, and the rows of its table. No socket, no event loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.problems import Problem

JSON = "application/json"
BINARY = "application/octet-stream"
REQUEST_ID_HEADER = b"x-request-id"
VERSION_HEADER = b"x-model-version"
FOR_PEOPLE = "people"
RawHeaders = Sequence[tuple[bytes, bytes]]


class Request(NamedTuple):
    """A request whose body was read; header names are in lower case, as ASGI gives them."""

    headers: RawHeaders
    body: bytes
    request_id: str

    def header(self, name: bytes) -> str:
        """The header of that name, as one where it was sent in several lines (RFC 9110, section 5.2); empty without one."""
        return b", ".join([value for found, value in self.headers if found == name]).decode("latin-1")

    @property
    def media_type(self) -> str:
        """What the body is said to be, without parameters; JSON where nothing is said."""
        for found, value in self.headers:
            if found == b"content-type":
                return _media_type(value)
        return JSON


class Response(NamedTuple):
    """What a protocol answers; request id, version and length are added by the application."""

    status: int
    media_type: str
    body: bytes
    headers: RawHeaders = ()


class Reply(NamedTuple):
    """A response with what the application adds to it."""

    response: Response
    request_id: str
    version: bytes

    def headers(self) -> list[tuple[bytes, bytes]]:
        """All of them, names in lower case."""
        response = self.response
        # a 304 may not say a length but that of the 200 in whose place it stands: RFC 9110, section 8.6
        length = (
            () if response.status == HTTPStatus.NOT_MODIFIED else ((b"content-length", b"%d" % len(response.body)),)
        )
        return [
            (b"content-type", response.media_type.encode()),
            *length,
            (REQUEST_ID_HEADER, self.request_id.encode()),
            (VERSION_HEADER, self.version),
            *response.headers,
        ]


@dataclass(frozen=True)
class Documentation:
    """What OpenAPI and the conformance suite say of a route.

    `requests` and `answers` hold an example for each media type, that works as it stands; `status` is that of an
    answer. `optional` members of an example may be null or left out.
    """

    summary: str
    tag: str
    requests: Mapping[str, bytes] = field(default_factory=dict)
    answers: Mapping[str, bytes] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """A path that is answered at once."""

    method: str
    path: str
    respond: Callable[[Request], Response]
    documentation: Documentation


@dataclass(frozen=True)
class PredictionRoute:
    """A path whose body holds rows: `read` makes a batch of it, `write` a response of the answer.

    Both raise `Problem` for what they cannot read or write.
    """

    path: str
    read: Callable[[Request], Batch]
    write: Callable[[Answer, Request], Response]
    documentation: Documentation
    method: str = "POST"


@lru_cache(256)  # callers say the same each time
def _media_type(value: bytes) -> str:
    return value.decode("latin-1").partition(";")[0].strip().lower() or JSON


def reader(parsers: Mapping[str, Callable[[bytes], Batch]]) -> Callable[[Request], Batch]:
    """Read a body with the parser of its media type.

    Args:
        parsers: by media type.
    """

    def read(request: Request) -> Batch:
        parse = parsers.get(request.media_type)
        if parse is None:
            detail = f"found content type {request.media_type[:100]!r}, expected one of {', '.join(parsers)}"
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
        return parse(request.body)

    return read
