"""The outermost ASGI application: finds the route, reads the body, has it answered, and writes the response.

What is on no row of the table goes on to BentoML's own application. Source: ASGI specification, HTTP 2.3 and Lifespan 2.0.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from modelratchet.serving.body import Gone, read_body
from modelratchet.serving.exchange import PredictionRoute, Request, Response, Route
from modelratchet.serving.predictor import Predictor
from modelratchet.serving.problems import MEDIA_TYPE, Problem
from modelratchet.serving.settings import ServingSettings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

REQUEST_ID_HEADER = b"x-request-id"
VERSION_HEADER = b"x-model-version"
_OWN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# of the Open Inference Protocol; BentoML has nothing there, and its 404 is no JSON
_OWN_PREFIX = "/v2/"
_logger = logging.getLogger(__name__)


class App:
    """Answers HTTP requests from a table of routes."""

    def __init__(
        self, routes: Iterable[Route | PredictionRoute], predictor: Predictor, settings: ServingSettings
    ) -> None:
        """Take the table. `fallback` may be set afterwards; without one an unknown path is a 404."""
        self._routes = {(route.method, route.path): route for route in routes}
        self._methods: dict[str, list[str]] = {}
        for method, path in self._routes:
            self._methods.setdefault(path, []).append(method)
        self._predictor, self._settings = predictor, settings
        self._version = (VERSION_HEADER, settings.version.encode())
        self._id_prefix, self._id_numbers = os.urandom(8).hex(), itertools.count(1)
        self.fallback: Application | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the server."""
        if scope["type"] != "http":
            await _live(scope, receive, send)
            return
        route = self._routes.get((scope["method"], scope["path"]))
        if route is None and self.fallback is not None and not self._is_ours(scope["path"]):
            await self.fallback(scope, receive, send)
            return
        request_id = self._request_id(scope["headers"])
        try:
            response = await self._respond(route, scope, receive, request_id)
        except Gone:
            return
        except Problem as problem:
            response = _refusal(problem, request_id)
        except Exception:  # the edge: the caller gets an answer, the log the reason
            _logger.exception("request %s failed", request_id)
            failed = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the server failed; its log says why")
            response = _refusal(failed, request_id)
        await self._send(response, request_id, send)

    async def _respond(
        self, route: Route | PredictionRoute | None, scope: Scope, receive: Receive, request_id: str
    ) -> Response:
        if route is None:
            return self._elsewhere(scope, request_id)
        headers = scope["headers"]
        body = await read_body(receive, headers, self._settings.maximum_body_bytes, self._settings.deadline_seconds)
        request = Request(headers, body, request_id)
        if isinstance(route, Route):
            return route.respond(request)
        batch = route.read(request)
        if self._predictor.is_short(batch):
            return route.write(self._predictor.answer(batch), request)
        return route.write(await self._predictor.answer_aside(batch), request)

    def _is_ours(self, path: str) -> bool:
        return path in self._methods or path.startswith(_OWN_PREFIX)

    def _elsewhere(self, scope: Scope, request_id: str) -> Response:
        """What a path without this method answers: HEAD as GET, whose body the server leaves out, and OPTIONS the methods there are."""
        method, path = scope["method"], scope["path"]
        methods = self._methods.get(path)
        if methods is None:
            raise Problem(HTTPStatus.NOT_FOUND, "not-found", f"nothing is served at {path[:200]}")
        route = self._routes.get(("GET", path)) if method == "HEAD" else None
        if isinstance(route, Route):
            return route.respond(Request(scope["headers"], b"", request_id))
        allowed = [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]
        allow = ((b"allow", ", ".join(allowed).encode()),)
        if method == "OPTIONS":
            return Response(HTTPStatus.OK, "text/plain", b"", allow)
        detail = f"found {method}, expected {' or '.join(methods)}"
        problem = Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", detail)
        return _refusal(problem, request_id)._replace(headers=allow)

    def _request_id(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        for name, value in headers:
            if name == REQUEST_ID_HEADER and _OWN_ID.fullmatch(value):
                return value.decode()
        return f"{self._id_prefix}-{next(self._id_numbers)}"

    async def _send(self, response: Response, request_id: str, send: Send) -> None:
        headers = [
            (b"content-type", response.media_type.encode()),
            (b"content-length", b"%d" % len(response.body)),
            (REQUEST_ID_HEADER, request_id.encode()),
            self._version,
            *response.headers,
        ]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})


def _refusal(problem: Problem, request_id: str) -> Response:
    return Response(problem.status, MEDIA_TYPE, msgspec.json.encode(problem.document(request_id)))


async def _live(scope: Scope, receive: Receive, send: Send) -> None:
    """The lifespan protocol: there is nothing to wait for; other kinds, such as websockets, are not taken."""
    if scope["type"] != "lifespan":
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
