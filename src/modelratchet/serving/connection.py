"""One connection: uvicorn's, with a short way for predictions, a cheap way to turn them away, and an end that loses none. Called by uvicorn.

A prediction whose body is small is read, answered and written within one call: no task, no ASGI messages. All else goes uvicorn's way: other
routes, large or chunked bodies, HTTP/1.0, callers who do not read their answers.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from modelratchet.serving.admission import whole_request
from modelratchet.serving.app import App
from modelratchet.serving.body import too_slow
from modelratchet.serving.exchange import PredictionRoute, Reply
from modelratchet.serving.heads import KnownHead
from modelratchet.serving.problems import Problem
from modelratchet.serving.wire import answer_head, header_lines, without_upgrade

_SHORT_BYTES = 262_144
"""Of a body on the short way: a few hundred rows. Larger ones are read within a limit of time, and only one after the other."""

_MOST_DIGITS = 10

_MOST_SURPLUS_BYTES = 65_536
"""Of a request beyond twice its body, and beyond what came in its first piece: a head, trailers, what is around chunks. The parser has no limit."""

_LINGER_SECONDS = 1.0
"""How long a silent connection is kept when the server ends: a caller that just sent a request does not know yet."""


class Connection(HttpToolsProtocol):
    """Reads requests from one socket and writes the answers, in order."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """As uvicorn's; `config` has to run an `App`. Where something stands around it, all requests go uvicorn's way, for it has to see them."""
        super().__init__(config, server_state, app_state, _loop)
        self._application = _innermost(self.app)
        self._short_ways = self._application.short_ways if self._application is self.app else {}
        self._line = self._application.line_on(self.loop)
        # what is larger than allowed is refused on uvicorn's way, before it is sent
        self._short_bytes = min(_SHORT_BYTES, self._application.maximum_body_bytes)
        self._route: PredictionRoute | None = None
        self._body = b""
        self._is_whole = False
        self._is_leaving = False
        self._heard_at = 0.0
        self._silence: asyncio.TimerHandle | None = None
        self._begun_at, self._has_head = 0.0, False
        self._surplus_bytes = 0
        self._stall: asyncio.TimerHandle | None = None
        self._heads = self._application.known_heads
        self._piece: bytes | None = None
        self._known_piece: bytes | None = None
        self._must_go_uvicorns_way = False
        self._default_headers: list[tuple[bytes, bytes]] = []
        self._default_lines = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Also who never says anything is kept only for a while."""
        super().connection_made(transport)
        self._heard_at = self.loop.time()
        self._silence = self.loop.call_later(self.timeout_keep_alive, self._mind_silence)

    def data_received(self, data: bytes) -> None:
        """Turn a request away if too many wait; else answer it if it begins as another did; else let it be parsed."""
        self._heard_at = self.loop.time()
        self._piece = None
        begun_at = self._begun_at
        if not begun_at and self._is_idle():
            known = self._heads.find(data)
            if self._line.is_full():
                route = self._short_ways.get(whole_request(data)) if known is None else known.route
                if route is not None:
                    self._turn_away(route.path)
                    return
            elif known is not None and self._may_answer_now():
                self._take_known(known, data)
                return
            self._piece = data = without_upgrade(data)
        elif not begun_at:
            data = without_upgrade(data)
        super().data_received(data)
        if self._begun_at:
            self._mind_unfinished(len(data) if self._begun_at == begun_at else 0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._route = None
        for timer in (self._silence, self._stall):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Keep less than uvicorn does: only its own way needs a scope."""
        if self._is_whole:
            self._answer()  # one request was sent on the heels of another, and answers go out in order
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._begun_at, self._has_head = self._heard_at, False
        self._surplus_bytes = 0

    def on_headers_complete(self) -> None:
        """Choose the way."""
        self._has_head = True
        route = None if self._must_go_uvicorns_way else self._short_ways.get(self.url)
        if route is not None and self._may_be_short():
            self._route, self._body = route, b""
        else:
            self._go_uvicorns_way()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._surplus_bytes -= 2 * len(body)
        if self._route is None:
            super().on_body(body)
        else:
            self._body = self._body + body if self._body else body

    def on_message_complete(self) -> None:
        """The request is whole: answer it, or let it stand in line."""
        self._begun_at = 0.0
        if self._route is None:
            super().on_message_complete()
            return
        self._is_whole = True
        if self._piece is not None:
            self._heads.keep(self._piece, len(self._body), self._route, self.headers)
            self._piece = None
        if self._line.is_full():
            path = self._route.path
            self._route, self._is_whole = None, False
            self._turn_away(path)
        else:
            self._line.take(self._answer)

    def send_400_response(self, msg: str) -> None:
        """Uvicorn calls it for what is no HTTP."""
        self._begun_at = 0.0
        self._write(self._application.last_answer(Problem(HTTPStatus.BAD_REQUEST, "not-http", msg), ""))
        self.transport.close()

    def shutdown(self) -> None:
        """The server ends: announce it with the next answer, and close when there is none to give."""
        self._is_leaving = True
        if self._is_idle() or self._route is not None:
            self.loop.call_later(_LINGER_SECONDS, self._leave)
        else:
            super().shutdown()

    def _is_idle(self) -> bool:
        return self._route is None and (self.cycle is None or self.cycle.response_complete)

    def _may_be_short(self) -> bool:
        parser = self.parser
        if parser.get_method() != b"POST" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return False
        if self.expect_100_continue or not self._may_answer_now():
            return False
        return self._is_idle() and 0 <= self._length() <= self._short_bytes

    def _may_answer_now(self) -> bool:
        return not (self._is_leaving or self.flow.write_paused)

    def _take_known(self, known: KnownHead, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._route, self.headers, self._body = known.route, known.headers, data[known.size :]
        self._known_piece, self._is_whole = data, True
        self._line.take(self._answer)

    def _length(self) -> int:
        for name, value in self.headers:
            if name == b"content-length":
                return int(value) if len(value) < _MOST_DIGITS and value.isdigit() else -1
        return -1

    def _answer(self) -> None:
        """The short way. Does nothing when it was answered before its turn, or the caller has gone."""
        route, self._route = self._route, None
        piece, self._known_piece = self._known_piece, None
        self._is_whole = False
        if route is None:
            return
        reply = None if self._is_leaving else self._application.answer_at_once(route, self.headers, self._body)
        if reply is not None:
            self._write(reply)
            return
        # the model would hold others up, and ASGI knows a thread for it; or the answer has to say that it is the last
        if piece is not None:
            self._parse_after_all(piece)
            return
        self._go_uvicorns_way()
        super().on_body(self._body)
        super().on_message_complete()

    def _parse_after_all(self, piece: bytes) -> None:
        """Let the parser see a request whose head was known; it is the parser that uvicorn's way asks."""
        self._must_go_uvicorns_way = True
        try:
            super().data_received(piece)
        finally:
            self._must_go_uvicorns_way = False

    def _go_uvicorns_way(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()
        if self._is_leaving:
            self.cycle.keep_alive = False

    def _write(self, reply: Reply) -> None:
        response, state = reply.response, self.server_state
        if state.default_headers is not self._default_headers:  # anew each second, for they have the date
            self._default_headers, self._default_lines = state.default_headers, header_lines(state.default_headers)
        # the one line or two that change from answer to answer, between those that do not
        self.transport.write(
            b"%bcontent-length: %d\r\nx-request-id: %b\r\n%b\r\n%b"
            % (
                answer_head(response.status, response.media_type, reply.version),
                len(response.body),
                reply.request_id.encode(),
                self._default_lines + header_lines(response.headers) if response.headers else self._default_lines,
                response.body,
            )
        )
        state.total_requests += 1
        if self._silence is None:
            self._silence = self.loop.call_later(self.timeout_keep_alive, self._mind_silence)

    def _mind_silence(self) -> None:
        """Close a connection that was silent for long. One timer that looks now and then is cheaper than one for each request."""
        left = self._heard_at + self.timeout_keep_alive - self.loop.time()
        if left <= 0 and self._is_idle():
            self.transport.close()
        else:
            self._silence = self.loop.call_later(max(left, 1.0), self._mind_silence)

    def _mind_unfinished(self, n_bytes: int) -> None:
        """Limit a request that is not whole in time, and in what is no body; `n_bytes` came of it that are not its first."""
        self._surplus_bytes += n_bytes
        if self._surplus_bytes > _MOST_SURPLUS_BYTES:
            detail = f"the request's head, or what is around its body, is larger than {_MOST_SURPLUS_BYTES:,} bytes"
            self._give_up_with(Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", detail))
        elif self._stall is None:
            self._mind_stall()

    def _mind_stall(self) -> None:
        """Give a request its time to become whole. Most come in one piece, and need no timer."""
        self._stall = self.loop.call_later(self._application.deadline_seconds, self._give_up, self._begun_at)

    def _give_up(self, begun_at: float) -> None:
        self._stall = None
        if not self._begun_at or self.transport.is_closing():
            return
        if self._begun_at != begun_at or not (self.cycle is None or self.cycle.response_complete):
            self._mind_stall()  # it is another one; or it goes uvicorn's way, where the reader of its body has a deadline
            return
        self._give_up_with(too_slow(self._application.deadline_seconds))

    def _give_up_with(self, problem: Problem) -> None:
        """Say why, unless uvicorn's way answers or has answered; and close."""
        if not self._has_head or self._route is not None:
            path = "" if self._route is None else self._route.path
            self._write(self._application.last_answer(problem, path))
        self._begun_at, self._route = 0.0, None
        self.transport.close()

    def _turn_away(self, path: str) -> None:
        self.flow.pause_reading()
        self._line.pause(self.flow.resume_reading)
        self._write(self._application.turned_away(path))

    def _leave(self) -> None:
        """Close a silent connection, but look at the socket once more before."""
        self.loop.call_soon(self.loop.call_soon, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._is_idle():
            self.transport.close()


def _innermost(application: Any) -> App:
    while not isinstance(application, App):
        application = application.application
    return application
