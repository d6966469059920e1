"""Who stands in line, who is turned away, and what is left to the parser."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from modelratchet.serving import admission
from modelratchet.serving.admission import Line, Room, whole_request
from modelratchet.serving.problems import Problem
from tests.patience import until

HEAD = b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n"


def on_a_loop(scene: Callable[[Line], Awaitable[None]]) -> None:
    async def play() -> None:
        await scene(Line(asyncio.get_running_loop()))

    asyncio.run(play())


def busy() -> None:
    time.sleep(0.003)


def test_one_that_comes_while_nobody_waits_is_answered_at_once() -> None:
    async def scene(line: Line) -> None:
        answered: list[int] = []
        line.take(lambda: answered.append(1))
        assert answered == [1]

    on_a_loop(scene)


def test_answers_come_in_the_order_of_the_requests() -> None:
    async def scene(line: Line) -> None:
        answered: list[int] = []
        for number in range(20):
            line.take(lambda number=number: (busy(), answered.append(number)))  # type: ignore[misc]
        assert 0 < len(answered) < 20
        await until(lambda: len(answered) == 20)
        assert answered == list(range(20))

    on_a_loop(scene)


def test_the_loop_gets_its_turn_between_slices_of_answers() -> None:
    async def scene(line: Line) -> None:
        answered: list[int] = []
        for number in range(40):
            line.take(lambda number=number: (busy(), answered.append(number)))  # type: ignore[misc]
        seen = [len(answered)]
        while len(answered) < 40:
            await asyncio.sleep(0)
            seen.append(len(answered))
        assert len(set(seen)) > 3

    on_a_loop(scene)


def test_a_line_is_full_when_the_wait_would_be_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "LONGEST_WAIT_SECONDS", 0.02)
    passed = [0.0]  # a clock that goes on with the work alone
    monkeypatch.setattr(admission, "time", SimpleNamespace(monotonic=lambda: passed[0]))

    def work() -> None:
        passed[0] += 0.003

    async def scene(line: Line) -> None:
        for _ in range(60):
            line.take(work)
        was_full_at_first = line.is_full()
        await asyncio.sleep(0)
        assert (was_full_at_first, line.is_full()) == (False, True)
        await until(lambda: not line.is_full())

    on_a_loop(scene)


def test_a_line_goes_on_when_the_machine_stands_still_or_an_answer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))  # a second passes between any two looks
    monkeypatch.setattr(admission, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))

    async def scene(line: Line) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        answered: list[int] = []
        line.take(busy)
        for number in range(5):
            line.take(lambda number=number: answered.append(1 // number))  # type: ignore[misc]
        await until(lambda: len(answered) == 4)
        assert not line.is_full()

    on_a_loop(scene)


def test_one_that_was_turned_away_is_listened_to_again() -> None:
    async def scene(line: Line) -> None:
        listened: list[float] = []
        began = time.monotonic()
        line.pause(lambda: listened.append(time.monotonic() - began))
        await until(lambda: listened)
        await asyncio.sleep(admission.PAUSE_SECONDS)
        assert len(listened) == 1
        assert listened[0] >= admission.PAUSE_SECONDS * 0.9

    on_a_loop(scene)


def test_a_whole_request_is_known_by_its_length() -> None:
    assert whole_request(HEAD + b"\r\n{}") == b"/predict"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\r\n{",
        HEAD + b"\r\n{}POST /predict",
        HEAD + b"Content-Length: 3\r\n\r\n{}",
        HEAD + b"transfer-encoding: chunked\r\n\r\n{}",
        HEAD + b"Expect: 100-continue\r\n\r\n{}",
        HEAD + b"connection: close\r\n\r\n{}",
        HEAD + b"upgrade: h2c\r\n\r\n{}",
        HEAD.replace(b"1.1", b"1.0") + b"\r\n{}",
        HEAD.replace(b"POST", b"GET") + b"\r\n{}",
        HEAD.replace(b"2\r", b"+2\r") + b"\r\n{}",
        b"{}",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_parser(data: bytes) -> None:
    assert whole_request(data) is None


def test_large_requests_share_their_room() -> None:
    room = Room(10_000_000)
    with room.taken(30_000_000), room.taken(None), pytest.raises(Problem, match="no room"), room.taken(10_000_000):
        pass
    with room.taken(40_000_000):
        pass
