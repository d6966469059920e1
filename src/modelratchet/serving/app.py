"""The outermost ASGI application: finds the route, reads the body, has it answered, and writes the response.

Source: ASGI specification, HTTP 2.3 and Lifespan 2.0.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

import msgspec

from modelratchet.serving.admission import RETRY_LATER, Line, Room, overloaded
from modelratchet.serving.body import Gone, read_body, said_length
from modelratchet.serving.exchange import (
    REQUEST_ID_HEADER,
    PredictionRoute,
    RawHeaders,
    Reply,
    Request,
    Response,
    Route,
)
from modelratchet.serving.heads import KnownHeads
from modelratchet.serving.observing import Observer
from modelratchet.serving.predictor import Predictor
from modelratchet.serving.problems import MEDIA_TYPE, Problem
from modelratchet.serving.settings import ServingSettings
from modelratchet.serving.structured_log import request_id_now

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_OWN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ANY_ID = "any-id"
_CLOSE = ((b"connection", b"close"),)
_ADVICE: Mapping[int, RawHeaders] = {HTTPStatus.SERVICE_UNAVAILABLE: RETRY_LATER, HTTPStatus.REQUEST_TIMEOUT: _CLOSE}
"""By status. Source: RFC 9110, sections 15.6.4 and 15.5.9: what is left of a body that was too slow is waited for no longer."""
_logger = logging.getLogger(__name__)


class App:
    """Answers HTTP requests from a table of routes."""

    def __init__(
        self,
        routes: Iterable[Route | PredictionRoute],
        predictor: Predictor,
        settings: ServingSettings,
        observer: Observer,
    ) -> None:
        """Take the table, and who is told of every request."""
        self._routes = {(route.method, route.path): route for route in routes}
        self._methods: dict[str, list[str]] = {}
        for method, path in self._routes:
            self._methods.setdefault(path, []).append(method)
        self.short_ways: Mapping[bytes | None, PredictionRoute] = {
            route.path.encode(): route for route in self._routes.values() if isinstance(route, PredictionRoute)
        }
        """Predictions by path, for `connection`, which may answer them itself."""
        self.known_heads = KnownHeads()
        self._predictor, self._settings, self._observer = predictor, settings, observer
        observer.meter.know(self._methods)
        self._version = settings.version.encode()
        self._line: Line | None = None
        self._room = Room(settings.maximum_body_bytes)
        # written once: under overload there is no time for it
        self._overloaded = _document(overloaded(), _ANY_ID).split(_ANY_ID.encode())
        self._id_prefix, self._id_numbers = os.urandom(8).hex(), itertools.count(1)

    @property
    def paths(self) -> Collection[str]:
        """Those that are answered here."""
        return self._methods.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the server."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        route = self._routes.get((scope["method"], scope["path"]))
        request_id, meter, started = self._request_id(scope["headers"]), self._observer.meter, time.perf_counter()
        request_id_now.set(request_id)
        meter.in_progress += 1
        try:
            response = await self._respond(route, scope, receive, request_id)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001 - the edge: the caller gets an answer, the log the reason
            response = self._refusal(error, request_id)
        finally:
            meter.in_progress -= 1
        reply = Reply(response, request_id, self._version)
        await send({"type": "http.response.start", "status": response.status, "headers": reply.headers()})
        await send({"type": "http.response.body", "body": response.body})
        meter.answered(scope["path"], response.status, time.perf_counter() - started)

    def answer_at_once(self, route: PredictionRoute, headers: RawHeaders, body: bytes) -> Reply | None:
        """Answer a prediction whose body is here; None where the model would take so long that others had to wait."""
        request_id, started = self._request_id(headers), time.perf_counter()
        try:
            request = Request(headers, body, request_id)
            batch = route.read(request)
            if not self._predictor.is_short(batch):
                return None
            answer = self._predictor.answer(batch)
            response = route.write(answer, request)
            self._observer.predicted(route.path, request_id, batch, answer, started)
        except Exception as error:  # noqa: BLE001 - the edge, as above
            response = self._refusal(error, request_id)
        self._observer.meter.answered(route.path, response.status, time.perf_counter() - started)
        return Reply(response, request_id, self._version)

    def turned_away(self, path: str) -> Reply:
        """The answer to a prediction that was not even read."""
        request_id = self._request_id(())
        before, after = self._overloaded
        body = b"%b%b%b" % (before, request_id.encode(), after)
        self._observer.refused("overloaded")
        self._observer.meter.answered(path, HTTPStatus.SERVICE_UNAVAILABLE, 0.0)
        return Reply(Response(HTTPStatus.SERVICE_UNAVAILABLE, MEDIA_TYPE, body, RETRY_LATER), request_id, self._version)

    @property
    def deadline_seconds(self) -> float:
        """How long a request may take to come, and to be answered."""
        return self._settings.deadline_seconds

    @property
    def maximum_body_bytes(self) -> int:
        """How large a request's body may be."""
        return self._settings.maximum_body_bytes

    def last_answer(self, problem: Problem, path: str) -> Reply:
        """To a request that cannot be read, on a connection that is closed then. `path` is empty where it is not known."""
        request_id = self._request_id(())
        response = self._refusal(problem, request_id)
        self._observer.meter.answered(path, response.status, 0.0)
        headers = tuple(dict.fromkeys((*response.headers, *_CLOSE)))
        return Reply(response._replace(headers=headers), request_id, self._version)

    def line_on(self, loop: asyncio.AbstractEventLoop) -> Line:
        """Where predictions wait; made with the loop that runs them."""
        if self._line is None:
            self._line = Line(loop)
        return self._line

    async def _respond(
        self, route: Route | PredictionRoute | None, scope: Scope, receive: Receive, request_id: str
    ) -> Response:
        if route is None:
            return self._elsewhere(scope, request_id)
        headers, started = scope["headers"], time.perf_counter()
        if isinstance(route, PredictionRoute) and self.line_on(asyncio.get_running_loop()).is_full():
            raise overloaded()
        settings = self._settings
        said = said_length(headers, settings.maximum_body_bytes)
        with ExitStack() as room:
            room.enter_context(self._room.taken(said))
            claim = None if said is not None else lambda size: room.enter_context(self._room.taken(size))
            body = await read_body(receive, settings.maximum_body_bytes, settings.deadline_seconds, claim)
            request = Request(headers, body, request_id)
            if isinstance(route, Route):
                return route.respond(request)
            batch = route.read(request)
            is_short = self._predictor.is_short(batch)
            answer = self._predictor.answer(batch) if is_short else await self._predictor.answer_aside(batch)
            response = route.write(answer, request)
        self._observer.predicted(route.path, request_id, batch, answer, started)
        return response

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
        return self._refusal(problem, request_id)._replace(headers=allow)

    def _request_id(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        for name, value in headers:
            if name == REQUEST_ID_HEADER and _OWN_ID.fullmatch(value):
                return value.decode()
        return f"{self._id_prefix}-{next(self._id_numbers)}"

    def _refusal(self, error: Exception, request_id: str) -> Response:
        if isinstance(error, Problem):
            problem = error
        else:
            _logger.error("request failed", extra={"request_id": request_id}, exc_info=error)
            problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the server failed; its log says why")
        self._observer.refused(problem.kind)
        advice = _ADVICE.get(problem.status, ())
        return Response(problem.status, MEDIA_TYPE, _document(problem, request_id), advice)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The lifespan protocol: what was remembered is written before the process ends; other kinds, such as websockets, are not taken."""
        if scope["type"] != "lifespan":
            return
        while True:
            message = await receive()
            is_end = message["type"] == "lifespan.shutdown"
            await asyncio.to_thread(self._observer.close if is_end else self._observer.start)
            await send({"type": f"{message['type']}.complete"})
            if is_end:
                return


def _document(problem: Problem, request_id: str) -> bytes:
    return msgspec.json.encode(problem.document(request_id))
