"""A connection, fed by hand: predictions on the short way, in order, refused when the line is full, and the last one announced."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from uvicorn.config import Config
from uvicorn.server import ServerState

from modelratchet.serving.app import App
from modelratchet.serving.connection import Connection
from tests.samples.served import ROW, sample_app


class FakeTransport(asyncio.Transport):
    """Keeps what was written, and whether the socket is listened to."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.is_closed, self.is_paused = b"", False, False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


def request(rows: int = 1, path: str = "/predict", extra: str = "") -> bytes:
    body = json.dumps({"rows": [ROW] * rows}).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def answers(transport: FakeTransport) -> list[tuple[int, bytes]]:
    parts = transport.written.split(b"HTTP/1.1 ")[1:]
    return [(int(part[:3]), part) for part in parts]


Scene = Callable[[Connection, FakeTransport], Awaitable[None]]


def play(scene: Scene, app: App | None = None) -> None:
    async def run() -> None:
        config = Config(app or sample_app(), proxy_headers=False, interface="asgi3", log_config=None)
        config.load()
        connection, transport = Connection(config, ServerState(), {}, asyncio.get_running_loop()), FakeTransport()
        connection.connection_made(transport)
        await scene(connection, transport)
        connection.connection_lost(None)

    uvloop.run(run())


def test_a_small_prediction_is_answered_within_the_call() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        [(status, answer)] = answers(transport)
        assert status == 200
        assert len(json.loads(answer.partition(b"\r\n\r\n")[2])["predictions"]) == 1
        assert b"\r\nx-request-id: " in answer
        assert b"\r\nx-model-version: 0\r\n" in answer

    play(scene)


def test_it_may_come_in_pieces() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        whole = request(3)
        for place in range(0, len(whole), 7):
            connection.data_received(whole[place : place + 7])
        assert [status for status, _ in answers(transport)] == [200]

    play(scene)


def test_requests_sent_at_once_are_answered_in_order() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        ids = [f"x-request-id: order-{number}\r\n" for number in range(30)]
        connection.data_received(b"".join(request(extra=one) for one in ids))
        await asyncio.sleep(0.2)
        places = [transport.written.find(one.encode()) for one in ids]
        assert min(places) > 0
        assert places == sorted(places)

    play(scene)


@pytest.mark.parametrize("extra", ["connection: close\r\n", "expect: 100-continue\r\n"])
def test_what_is_out_of_the_ordinary_goes_uvicorns_way(extra: str) -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request(extra=extra))
        assert not transport.written
        await asyncio.sleep(0.1)
        assert answers(transport)[-1][0] == 200
        assert transport.is_closed == ("close" in extra)

    play(scene)


def test_wrong_rows_get_a_problem_document_and_the_connection_goes_on() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        wrong = request().replace(b'"hour"', b'"hxur"')
        connection.data_received(wrong)
        connection.data_received(request())
        assert [status for status, _ in answers(transport)] == [422, 200]
        assert not transport.is_closed

    play(scene)


def test_one_is_turned_away_unread_while_the_line_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sample_app()

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        line = app.line_on(asyncio.get_running_loop())
        monkeypatch.setattr(line, "is_full", lambda: True)
        connection.data_received(request())
        [(status, answer)] = answers(transport)
        assert (status, transport.is_paused, transport.is_closed) == (503, True, False)
        assert b"\r\nretry-after: 1\r\n" in answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"].endswith("overloaded")
        monkeypatch.setattr(line, "is_full", lambda: False)
        await asyncio.sleep(0.1)
        connection.data_received(request())
        assert (answers(transport)[-1][0], transport.is_paused) == (200, False)

    play(scene, app)


def test_health_is_answered_while_the_line_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sample_app()

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        monkeypatch.setattr(app.line_on(asyncio.get_running_loop()), "is_full", lambda: True)
        connection.data_received(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n")
        await asyncio.sleep(0.1)
        assert [status for status, _ in answers(transport)] == [200]

    play(scene, app)


def test_the_last_answer_says_that_it_is_the_last() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        connection.shutdown()
        assert not transport.is_closed
        connection.data_received(request())
        await asyncio.sleep(0.1)
        first, last = answers(transport)
        assert b"connection: close" not in first[1]
        assert (last[0], b"connection: close" in last[1], transport.is_closed) == (200, True, True)

    play(scene)


def test_a_silent_connection_is_closed_a_moment_after_the_server_was_told_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("modelratchet.serving.connection._LINGER_SECONDS", 0.05)

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.shutdown()
        assert not transport.is_closed
        await asyncio.sleep(0.2)
        assert transport.is_closed

    play(scene)


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request()[:-5])
        await asyncio.sleep(0.3)
        assert [status for status, _ in answers(transport)] == [408]
        assert transport.is_closed

    play(scene, sample_app(deadline_seconds=0.1))
