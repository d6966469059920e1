"""Files that never change while the server runs, answered from memory: the pages' parts, and documents that are made once.

Source: RFC 9110, sections 8.8.3 "ETag" and 13.1.2 "If-None-Match"; Content Security Policy Level 3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path

from modelratchet.serving.exchange import FOR_PEOPLE, Documentation, Request, Response, Route

FOLDER = Path(__file__).parent / "static"
HTML, CSS, SCRIPT = "text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline: what a column's name might smuggle in could neither run nor fetch."""

_ALWAYS = (
    (b"cache-control", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def static_route(path: str, media_type: str, make: Callable[[], bytes], summary: str, policy: str = POLICY) -> Route:
    """A path whose content is made when it is first asked for, and kept.

    Args:
        path: of the route.
        media_type: of the content.
        make: the content.
        summary: for the documentation.
        policy: what a browser may do with it.
    """

    @cache
    def full() -> Response:
        body = make()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        headers = ((b"etag", tag), (b"content-security-policy", policy.encode()), *_ALWAYS)
        return Response(HTTPStatus.OK, media_type, body, headers)

    def respond(request: Request) -> Response:
        response = full()
        if _matches(request.header(b"if-none-match"), response.headers[0][1].decode()):
            return response._replace(status=HTTPStatus.NOT_MODIFIED, body=b"")
        return response

    return Route("GET", path, respond, Documentation(summary, FOR_PEOPLE, answers={media_type: b""}))


def _matches(given: str, tag: str) -> bool:
    """Whether one of the tags is ours; a proxy that packs bodies makes them weak, and here that counts for nothing."""
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))


def file_route(path: str, media_type: str, file: Path, policy: str = POLICY) -> Route:
    """A file at a path."""
    return static_route(path, media_type, file.read_bytes, f"{file.name}, a part of the pages", policy)
