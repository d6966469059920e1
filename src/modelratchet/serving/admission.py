"""Who is answered when, and who is turned away: by how long requests wait, not by how many there are. Called by `connection` and `app`.

One thread answers everything. A prediction is answered as it comes while nobody waits; else it stands in line, and the loop goes back to its
sockets after some milliseconds, so that who cannot be answered in time hears it at once. To turn one away costs a small part of an
answer; who was turned away is not listened to for a moment, so that callers who ask again at once cannot take the time that answers need.

Source: Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012: delay, not length, tells a bad queue from a good one.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from modelratchet.serving.problems import Problem

LONGEST_WAIT_SECONDS = 0.5
"""In line: who would wait longer may not join it."""

SLICE_SECONDS = 0.005
"""How long answers are given, at least, before the sockets are looked at again."""

LONGEST_SLICE_SECONDS = 0.02
"""And at most: who is turned away hears it then."""

ANSWERING_SHARE = 0.9
"""Of the time, while there is a line: the rest is for reading what comes, and turning it away."""

PAUSE_SECONDS = 0.015
"""How long, at least, a caller that was turned away is not listened to: who asks again at once is told again within 50 ms."""

LONGEST_PAUSE_SECONDS = 1.0
"""And at most, where so many are turned away that they would take more than their share of the time."""

_BODIES_AT_ONCE = 4  # of the largest size
_LEAST_BYTES = 1 << 24
_UNKNOWN_BYTES = 1 << 16  # of a body that does not say how long it is: most are short
_TOLD_SECONDS = 0.001
_SMOOTHING = 0.3
_LONGER, _SHORTER = 1.25, 0.95

RETRY_LATER = ((b"retry-after", b"1"),)
"""In seconds. Source: RFC 9110, section 10.2.3."""

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,9}) *(?:\r|$)")
_UNUSUAL = (b"transfer-encoding", b"\r\nexpect", b"\r\nupgrade", b"close")


class Line:
    """Where predictions of one process wait, first come, first served."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody waits yet."""
        self._loop = loop
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._paused: deque[tuple[float, Callable[[], None]]] = deque()
        self._spent, self._is_told = 0.0, False
        self._left_at = self._seconds_each = 0.0
        self._pause_seconds = PAUSE_SECONDS

    def is_full(self) -> bool:
        """Whether one that comes now would wait too long, by what answers took lately; or the first in line has already."""
        if len(self._waiting) * self._seconds_each > LONGEST_WAIT_SECONDS:
            return True
        return bool(self._waiting) and time.monotonic() - self._waiting[0][0] > LONGEST_WAIT_SECONDS

    def take(self, answer: Callable[[], None]) -> None:
        """Call `answer` now if nobody waits and the sockets were looked at lately; else when its turn has come."""
        if self._waiting or self._spent > SLICE_SECONDS:
            now = time.monotonic()
            if not self._waiting:
                self._left_at = now
                self._loop.call_soon(self._work)
            self._waiting.append((now, answer))
            return
        began = time.monotonic()
        answer()
        self._spent += time.monotonic() - began
        if self._spent > _TOLD_SECONDS and not self._is_told:
            # nothing tells when the loop looks at its sockets, so it is asked to, though not for every request
            self._is_told = True
            self._loop.call_soon(self._look_again)

    def pause(self, listen: Callable[[], None]) -> None:
        """Have `listen` called after a pause. One timer for all, since a timer costs as much as the rest of turning one away."""
        if not self._paused:
            self._loop.call_later(self._pause_seconds, self._go_on)
        self._paused.append((time.monotonic() + self._pause_seconds, listen))

    def _look_again(self) -> None:
        self._spent, self._is_told = 0.0, False

    def _work(self) -> None:
        try:
            self._answer_a_slice()
        finally:
            # whatever happened: a line that nobody serves would be full for ever
            if self._waiting:
                self._loop.call_soon(self._work)

    def _answer_a_slice(self) -> None:
        began, n_answered = time.monotonic(), 0
        elsewhere = began - self._left_at
        wanted = elsewhere * ANSWERING_SHARE / (1.0 - ANSWERING_SHARE)
        end = began + min(max(SLICE_SECONDS, wanted), LONGEST_SLICE_SECONDS)
        # at least one: on a busy machine the time may be over before it has begun
        while self._waiting and (not n_answered or time.monotonic() < end):
            self._answer_first()
            n_answered += 1
        self._left_at = time.monotonic()
        each = (elsewhere + self._left_at - began) / n_answered
        self._seconds_each += _SMOOTHING * (each - self._seconds_each)
        self._adapt_pause(too_short=wanted > LONGEST_SLICE_SECONDS)

    def _answer_first(self) -> None:
        try:
            # it stays in line while it is answered: one that came then would else pass those behind it
            self._waiting[0][1]()
        finally:
            self._waiting.popleft()

    def _adapt_pause(self, *, too_short: bool) -> None:
        factor = _LONGER if too_short else _SHORTER
        self._pause_seconds = min(max(self._pause_seconds * factor, PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

    def _go_on(self) -> None:
        now = time.monotonic()
        while self._paused and self._paused[0][0] <= now:
            self._paused.popleft()[1]()
        if self._paused:
            self._loop.call_later(self._paused[0][0] - now, self._go_on)


class Room:
    """How much of the memory large requests may take together, by what their bodies weigh."""

    def __init__(self, largest_bytes: int) -> None:
        """All of it is free."""
        self._free_bytes = max(_BODIES_AT_ONCE * largest_bytes, _LEAST_BYTES)

    @contextmanager
    def taken(self, said_bytes: int | None) -> Iterator[None]:
        """Hold room for a body of that length; None where it is not said.

        Raises:
            Problem: there is not enough at the moment.
        """
        n_bytes = _UNKNOWN_BYTES if said_bytes is None else said_bytes
        if n_bytes > self._free_bytes:
            raise overloaded("the requests under way leave no room for this one at the moment")
        self._free_bytes -= n_bytes
        try:
            yield
        finally:
            self._free_bytes += n_bytes


def whole_request(data: bytes) -> bytes | None:
    """The path, if these bytes are one POST from end to end: then it can be turned away unread, and the connection goes on.

    Whatever is out of the ordinary, such as two lengths, is left to the parser.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0 or not data.startswith(b"POST "):
        return None
    head = data[:end].lower()
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or head.count(b"content-length") != 1 or any(word in head for word in _UNUSUAL):
        return None
    line = head[: head.find(b"\r\n")]
    if not line.endswith(b" http/1.1") or end + 4 + int(lengths[0]) != len(data):
        return None
    return data[5 : data.find(b" ", 5)]


def overloaded(detail: str = "more is asked at the moment than can be answered in time") -> Problem:
    """The answer of one that is turned away. Source: RFC 9110, section 15.6.4."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", detail)
