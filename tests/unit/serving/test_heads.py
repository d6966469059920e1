"""A head that was parsed before is known again by its very bytes, and changes no answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.serving.app import App
from modelratchet.serving.connection import Connection
from modelratchet.serving.exchange import PredictionRoute
from modelratchet.serving.heads import MOST_HEADS, KnownHeads
from tests.patience import until
from tests.samples.served import sample_app
from tests.unit.serving.test_connection import FakeTransport, answered, answers, play, request

BODY = b'{"rows":[]}'
HEAD = b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n"
HEADERS = [(b"host", b"a"), (b"content-length", b"11")]


def route() -> PredictionRoute:
    return next(iter(sample_app().short_ways.values()))


def known(app: App) -> int:
    return len(app.known_heads)


@pytest.mark.parametrize(
    "data", [HEAD + BODY[:-1], HEAD + BODY + b"P", HEAD[:-1], HEAD.replace(b"host", b"Host") + BODY, b"", BODY]
)
def test_only_the_same_head_with_just_its_body_is_known(data: bytes) -> None:
    heads = KnownHeads()
    heads.keep(HEAD + BODY, len(BODY), route(), HEADERS)

    assert heads.find(HEAD + b'{"rows":{}}') is not None
    assert heads.find(data) is None


@pytest.mark.parametrize(
    "data", [HEAD + BODY + HEAD + BODY, HEAD + BODY[:-1], BODY, HEAD.replace(b"a", b"a" * 5000) + BODY]
)
def test_what_is_not_one_request_of_a_usual_size_is_not_kept(data: bytes) -> None:
    heads = KnownHeads()
    heads.keep(data, len(BODY), route(), HEADERS)

    assert len(heads) == 0


def test_heads_that_differ_each_time_take_bounded_memory() -> None:
    heads, its_route = KnownHeads(), route()
    for number in range(MOST_HEADS * 3):
        heads.keep(HEAD.replace(b"host: a", b"host: %d" % number) + BODY, len(BODY), its_route, HEADERS)

    assert 0 < len(heads) <= MOST_HEADS


def test_a_known_head_is_answered_without_the_parser() -> None:
    app = sample_app()

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        await asyncio.sleep(0)  # on a busy machine an answer may take so long that the next stands in line
        connection.parser = None
        connection.data_received(request())
        assert [status for status, _ in answers(transport)] == [200, 200]

    play(scene, app)
    assert known(app) == 1


def test_a_request_id_of_the_caller_is_its_own_each_time() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        for name in ("one", "two", "one"):
            connection.data_received(request(extra=f"x-request-id: {name}\r\n"))
            await asyncio.sleep(0)
        assert [re.search(rb"x-request-id: (\w+)", part)[1] for _, part in answers(transport)] == [
            b"one",
            b"two",
            b"one",
        ]

    play(scene)


@pytest.mark.parametrize(
    "extra", ["connection: close\r\n", "expect: 100-continue\r\n", "transfer-encoding: chunked\r\n"]
)
def test_what_is_out_of_the_ordinary_is_never_known(extra: str) -> None:
    app = sample_app()

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request(extra=extra))
        await answered(transport, 1)

    play(scene, app)
    assert known(app) == 0


def test_when_the_server_ends_a_known_request_is_answered_and_told_that_it_is_the_last() -> None:
    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        connection.data_received(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n")  # the parser's last word is of this one
        await answered(transport, 2)
        connection.shutdown()
        connection.data_received(request())
        *_, (status, last) = await answered(transport, 3)
        assert status == 200
        assert b"connection: close" in last.lower()
        assert b'"predictions"' in last

    play(scene)


def test_a_known_request_that_the_model_takes_long_for_goes_to_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sample_app()

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        connection.data_received(request())
        monkeypatch.setattr(app._predictor, "is_short", lambda _: False)
        connection.data_received(request())
        assert [status for status, _ in await answered(transport, 2)] == [200, 200]
        monkeypatch.undo()
        connection.data_received(request())
        assert len(answers(transport)) == 3

    play(scene, app)


PIECES = [
    request(),
    request(2),
    request(extra="x-request-id: mine\r\n"),
    request().replace(b'"hour"', b'"hxur"'),
    request(path="/score"),
    request(path="/nowhere"),
    b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n",
    b"\r\n" + request(),
]


def replies(app: App, pieces: Sequence[bytes], wanted: int) -> list[bytes]:
    found: list[bytes] = []

    async def scene(connection: Connection, transport: FakeTransport) -> None:
        for piece in pieces:
            connection.data_received(piece)
            for _ in range(20):
                await asyncio.sleep(0)
        await until(lambda: len(answers(transport)) >= wanted or transport.is_closed)
        found.extend(re.sub(rb"[0-9a-f]{16}-\d+", b"ID", part) for _, part in answers(transport))

    play(scene, app)
    return found


class Forgetful(KnownHeads):
    def keep(self, *_: object) -> None:
        pass


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=8), st.lists(st.integers(1, 5000), max_size=4))
def test_answers_are_those_of_a_server_that_remembers_nothing(requests: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(requests)
    places = [0, *sorted({cut % len(stream) for cut in cuts}), len(stream)]
    pieces = [*requests, *(stream[start:end] for start, end in pairwise(places) if start < end)]
    remembering, forgetful = sample_app(), sample_app()
    forgetful.known_heads = Forgetful()

    wanted = 2 * len(requests)  # each comes twice: whole, and cut
    assert replies(remembering, pieces, wanted) == replies(forgetful, pieces, wanted)
