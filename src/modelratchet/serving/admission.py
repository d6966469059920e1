"""Whether a request is taken up or turned away, by how long requests wait here; not by how many there are. Called by `connection`, `app` and `predictor`.

One thread answers everything, so that what waits, waits for the event loop. The loop looks at its sockets once a turn, and notes the time
then; a request that is reached long after has waited at least so long. To turn one away costs a small part of an answer, and who was turned
away is not listened to for a moment, so that callers who ask again at once cannot take the time that answers need.

Source: Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012: delay, not length, tells a bad queue from a good one.
"""

from __future__ import annotations

import re
import time
from http import HTTPStatus

from modelratchet.serving.problems import Problem

LONGEST_WAIT_SECONDS = 0.015
"""Within one turn of the loop. A request may have come just after the last look, so that it waits twice as long at most."""

PAUSE_SECONDS = 0.02
"""How long a caller that was turned away is not listened to. With the waits of both turns it stays below 50 ms."""

LONGEST_QUEUE_SECONDS = 1.0
"""Of batches that wait for the thread."""

RETRY_AFTER_SECONDS = 1

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,9}) *(?:\r|$)")
_UNUSUAL = (b"transfer-encoding", b"\r\nexpect", b"\r\nupgrade", b"close")


def is_late(looked_at: float) -> bool:
    """Whether what is reached now has waited too long to be taken up.

    Args:
        looked_at: the event loop's `time()`, on the clock of `time.monotonic`. uvloop's stands still within one turn; asyncio's own does not, so
            that nothing is ever late there.
    """
    return time.monotonic() - looked_at > LONGEST_WAIT_SECONDS


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
