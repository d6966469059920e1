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
from collections.abc import Callable
from http import HTTPStatus

from modelratchet.serving.problems import Problem

LONGEST_WAIT_SECONDS = 0.25
"""In line: who would wait longer may not join it."""

SLICE_SECONDS = 0.005
"""How long answers are given, at least, before the sockets are looked at again."""

LONGEST_SLICE_SECONDS = 0.03
"""And at most: who is turned away hears it then."""

ANSWERING_SHARE = 0.9
"""Of the time, while there is a line: the rest is for reading what comes, and turning it away."""

PAUSE_SECONDS = 0.02
"""How long a caller that was turned away is not listened to; longer where there are so many that they would take more than their share."""

TURN_AWAY_SECONDS = 0.000015
"""What one costs, from the kernel to the kernel."""

_TOLD_SECONDS = 0.001
_SMOOTHING = 0.3

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
        share = 1.0 - ANSWERING_SHARE
        seconds = max(PAUSE_SECONDS, len(self._paused) * TURN_AWAY_SECONDS / share)
        if not self._paused:
            self._loop.call_later(seconds, self._go_on)
        self._paused.append((time.monotonic() + seconds, listen))

    def _look_again(self) -> None:
        self._spent, self._is_told = 0.0, False

    def _work(self) -> None:
        began = time.monotonic()
        seconds = (began - self._left_at) * ANSWERING_SHARE / (1.0 - ANSWERING_SHARE)
        end = began + min(max(SLICE_SECONDS, seconds), LONGEST_SLICE_SECONDS)
        before, left_at = len(self._waiting), self._left_at
        while self._waiting and time.monotonic() < end:
            # the first stays in line while it is answered: one that came then would else pass those behind it
            self._waiting[0][1]()
            self._waiting.popleft()
        self._left_at = time.monotonic()
        each = (self._left_at - left_at) / (before - len(self._waiting))
        self._seconds_each += _SMOOTHING * (each - self._seconds_each)
        if self._waiting:
            self._loop.call_soon(self._work)

    def _go_on(self) -> None:
        now = time.monotonic()
        while self._paused and self._paused[0][0] <= now:
            self._paused.popleft()[1]()
        if self._paused:
            self._loop.call_later(self._paused[0][0] - now, self._go_on)


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
