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

from modelratchet.serving import admission
from modelratchet.serving.app import App
from modelratchet.serving.connection import Connection
from modelratchet.serving.structured_log import AccessLog
from tests.patience import PATIENCE_SECONDS, until
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


async def answered(transport: FakeTransport, number: int) -> list[tuple[int, bytes]]:
    await until(lambda: len(answers(transport)) >= number)
    return answers(transport)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is turned away because this process stood still; who is full says so."""
    monkeypatch.setattr(admission, "LONGEST_WAIT_SECONDS", PATIENCE_SECONDS)


def play(scene: Scene, app: App | AccessLog | None = None) -> None:
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
        await answered(transport, 30)
        places = [transport.written.find(one.encode()) for one in ids]
        assert min(places) > 0
        assert places == sorted(places)

    play(scene)


@pytest.mark.parametrize("extra", ["connection: close\r\n", "expect: 100-continue\r\n"])
def test_what_is_out_of_the_ordinary_goes_uvicorns_way(extra: str) -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request(extra=extra))
        assert not transport.written
        await until(lambda: b"200 OK" in transport.written and (transport.is_closed or "close" not in extra))
        assert transport.is_closed == ("close" in extra)

    play(scene)


def test_wrong_rows_get_a_problem_document_and_the_connection_goes_on() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        wrong = request().replace(b'"hour"', b'"hxur"')
        connection.data_received(wrong)
        connection.data_received(request())
        assert [status for status, _ in await answered(transport, 2)] == [422, 200]
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
        await until(lambda: not transport.is_paused)
        connection.data_received(request())
        assert (answers(transport)[-1][0], transport.is_paused) == (200, False)

    play(scene, app)


def test_health_is_answered_while_the_line_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sample_app()

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        monkeypatch.setattr(app.line_on(asyncio.get_running_loop()), "is_full", lambda: True)
        connection.data_received(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n")
        assert [status for status, _ in await answered(transport, 1)] == [200]

    play(scene, app)


def test_a_body_in_chunks_that_does_not_come_is_given_up_on_uvicorns_way_too() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(b"POST /predict HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n")
        await until(lambda: transport.is_closed)
        [(status, answer)] = answers(transport)
        assert (status, answer.count(b"connection: close"), transport.is_closed) == (408, 1, True)

    play(scene, sample_app(deadline_seconds=0.1))


def test_the_last_answer_says_that_it_is_the_last() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        connection.shutdown()
        assert not transport.is_closed
        connection.data_received(request())
        await until(lambda: transport.is_closed)
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
        await until(lambda: transport.is_closed)

    play(scene)


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request()[:-5])
        await until(lambda: transport.is_closed)
        assert [status for status, _ in answers(transport)] == [408]

    play(scene, sample_app(deadline_seconds=0.1))


ENDLESS: list[tuple[str, bytes, bytes]] = [
    ("headers", b"GET /livez HTTP/1.1\r\nhost: a\r\n", b"x: " + b"a" * 8000 + b"\r\n"),
    ("one header", b"GET /livez HTTP/1.1\r\nhost: ", b"a" * 8000),
    ("an address", b"GET /", b"a" * 8000),
    ("trailers", b"POST /predict HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"x: " + b"a" * 8000 + b"\r\n"),
    ("a chunk's extension", b"POST /predict HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1;", b"a" * 8000),
]  # fmt: skip


@pytest.mark.parametrize(("begin", "more"), [row[1:] for row in ENDLESS], ids=[row[0] for row in ENDLESS])
def test_what_is_around_a_body_has_an_end(begin: bytes, more: bytes) -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(begin)
        pieces = 0
        while not transport.is_closed and pieces < 100:
            connection.data_received(more)
            await asyncio.sleep(0)
            pieces += 1
        assert pieces * len(more) < 80_000
        assert {status for status, _ in answers(transport)} <= {431}

    play(scene)


def test_a_body_in_small_chunks_is_no_large_head() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(b"POST /predict HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        body = json.dumps({"rows": [ROW] * 5000}).encode()
        for place in range(0, len(body), 10):
            part = body[place : place + 10]
            connection.data_received(b"%x\r\n%b\r\n" % (len(part), part))
        connection.data_received(b"0\r\n\r\n")
        assert [status for status, _ in await answered(transport, 1)] == [200]

    play(scene)


@pytest.mark.parametrize("offer", ["connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", "Connection: upgrade\r\nupgrade: websocket\r\n"])  # fmt: skip
def test_an_offer_of_another_protocol_costs_no_body(offer: str) -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request(extra=offer) + request())
        connection.data_received(request(300, extra=offer))
        assert [status for status, _ in await answered(transport, 3)] == [200, 200, 200]

    play(scene)


def test_an_offer_is_passed_over_behind_a_request_that_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SLICE_SECONDS", -1.0)

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        for number in range(3):
            connection.data_received(request(100 + number, extra="Connection: upgrade\r\nupgrade: websocket\r\n"))
        assert [status for status, _ in await answered(transport, 3)] == [200, 200, 200]

    play(scene)


def test_a_connection_whose_requests_are_logged_has_the_same_patience(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="modelratchet.access")

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        await answered(transport, 1)
        connection.data_received(request()[:-5])
        assert [status for status, _ in await answered(transport, 2)] == [200, 408]

    play(scene, AccessLog(sample_app(deadline_seconds=0.1)))
    assert [record.status for record in caplog.records] == [200, 408]
