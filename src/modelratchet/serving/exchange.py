"""Requests and responses between the ASGI application and the protocols, and the rows of its table. No socket, no event loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.problems import Problem

JSON = "application/json"
FOR_PEOPLE = "people"
RawHeaders = Sequence[tuple[bytes, bytes]]


class Request(NamedTuple):
    """A request whose body was read; header names are in lower case, as ASGI gives them."""

    headers: RawHeaders
    body: bytes
    request_id: str

    def header(self, name: bytes) -> str:
        """The first header of that name; empty without one."""
        for found, value in self.headers:
            if found == name:
                return value.decode("latin-1")
        return ""

    @property
    def media_type(self) -> str:
        """What the body is said to be, without parameters; JSON where nothing is said."""
        return self.header(b"content-type").partition(";")[0].strip().lower() or JSON


class Response(NamedTuple):
    """What a protocol answers; request id, version and length are added by the application."""

    status: int
    media_type: str
    body: bytes
    headers: RawHeaders = ()


@dataclass(frozen=True)
class Documentation:
    """What OpenAPI and the conformance suite say of a route.

    `requests` and `answers` hold an example for each media type, that works as it stands.
    """

    summary: str
    tag: str
    requests: Mapping[str, bytes] = field(default_factory=dict)
    answers: Mapping[str, bytes] = field(default_factory=dict)


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
