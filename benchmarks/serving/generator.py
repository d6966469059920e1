"""A load generator in a process of its own, that tells answers from refusals: `python -m benchmarks.serving.generator` reads an order from standard input.

wrk counts answers of any status together; what is to be known under overload is how many were right, and how soon the others were told.
In a closed loop each connection sends its next request when the last was answered, whatever the answer was. In an open loop requests are
sent at a rate, whether the server keeps up or not, as long as there is a connection to send them on.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import quantiles
from typing import cast

import uvloop

_TICK_SECONDS = 0.001


@dataclass(frozen=True)
class Order:
    """What to send. `rate` a second in an open loop; 0 is a closed loop. The first `settle` seconds are not counted."""

    port: int
    path: str
    bodies: Sequence[str]
    connections: int
    rate: float
    seconds: float
    settle: float = 0.5


@dataclass
class Count:
    """Answers with status 200, refusals (429 and 503), others, connections that broke with a request on them, requests that found no free connection."""

    good_ms: list[float] = field(default_factory=list)
    shed_ms: list[float] = field(default_factory=list)
    other: int = 0
    broken: int = 0
    unsent: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of an order; the times are NaN where there were too few."""

    good_per_second: float
    shed_per_second: float
    other: int
    broken: int
    unsent: int
    good_p99_ms: float
    shed_p50_ms: float
    shed_p99_ms: float

    @property
    def shed_share(self) -> float:
        """Of all answers."""
        return self.shed_per_second / max(self.shed_per_second + self.good_per_second, 1e-9)


def generate(order: Order) -> Outcome:
    """Carry the order out in another process."""
    command = [sys.executable, "-m", "benchmarks.serving.generator"]
    ended = subprocess.run(command, input=json.dumps(asdict(order)), capture_output=True, text=True, check=True)
    return Outcome(**json.loads(ended.stdout))


class Caller(asyncio.Protocol):
    """One connection: at most one request is under way."""

    def __init__(self, generator: Generator) -> None:
        """Not connected yet."""
        self._generator = generator
        self._transport: asyncio.Transport | None = None
        self._received, self._sent_at, self._is_waiting = b"", 0.0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to send."""
        self._transport = cast("asyncio.Transport", transport)
        self._generator.is_free(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """Over; with an answer due, the request was lost."""
        self._generator.is_gone(self, was_waiting=self._is_waiting)

    def send(self, request: bytes) -> None:
        """Send one; the answer to the last has come."""
        assert self._transport is not None
        self._sent_at, self._is_waiting, self._received = time.perf_counter(), True, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or len(self._received) < end + 4 + _length(self._received[:end]):
            return
        self._is_waiting = False
        self._generator.note(int(self._received[9:12]), (time.perf_counter() - self._sent_at) * 1e3)
        if b"connection: close" not in self._received[:end]:
            self._generator.is_free(self)


class Generator:
    """Carries one order out."""

    def __init__(self, order: Order) -> None:
        """Nothing is sent yet."""
        self._order, self._count = order, Count()
        self._requests = [_request(order.path, body.encode()) for body in order.bodies]
        self._place, self._idle = 0, list[Caller]()
        self._counts, self._goes_on = False, True

    async def run(self) -> Outcome:
        """Connect, send for as long as ordered, and count."""
        order = self._order
        await asyncio.gather(*(self._connect() for _ in range(order.connections)))
        open_loop = asyncio.ensure_future(self._send_at_rate()) if order.rate else None
        await asyncio.sleep(order.settle)
        self._counts, began = True, time.perf_counter()
        await asyncio.sleep(order.seconds)
        self._counts, self._goes_on = False, False
        seconds = time.perf_counter() - began
        if open_loop is not None:
            await open_loop
        return _outcome(self._count, seconds)

    def is_free(self, caller: Caller) -> None:
        """A connection can take a request."""
        if self._order.rate:
            self._idle.append(caller)
        elif self._goes_on:
            caller.send(self._next())

    def is_gone(self, caller: Caller, *, was_waiting: bool) -> None:
        """A connection has ended; another takes its place."""
        if caller in self._idle:
            self._idle.remove(caller)
        self._count.broken += was_waiting and self._counts
        if self._goes_on:
            asyncio.ensure_future(self._connect())  # noqa: RUF006 - its outcome is counted

    def note(self, status: int, milliseconds: float) -> None:
        """An answer has come."""
        if not self._counts:
            return
        if status == 200:
            self._count.good_ms.append(milliseconds)
        elif status in {429, 503}:
            self._count.shed_ms.append(milliseconds)
        else:
            self._count.other += 1

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: Caller(self), "127.0.0.1", self._order.port)
        except OSError:
            self._count.broken += self._counts

    async def _send_at_rate(self) -> None:
        began, n_due = time.perf_counter(), 0
        while self._goes_on:
            await asyncio.sleep(_TICK_SECONDS)
            now_due = int((time.perf_counter() - began) * self._order.rate)
            for _ in range(now_due - n_due):
                if self._idle:
                    self._idle.pop().send(self._next())
                else:
                    self._count.unsent += self._counts
            n_due = now_due

    def _next(self) -> bytes:
        self._place = (self._place + 1) % len(self._requests)
        return self._requests[self._place]


def _request(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0])


def _outcome(count: Count, seconds: float) -> Outcome:
    return Outcome(
        good_per_second=len(count.good_ms) / seconds,
        shed_per_second=len(count.shed_ms) / seconds,
        other=count.other,
        broken=count.broken,
        unsent=count.unsent,
        good_p99_ms=_quantile(count.good_ms, 99),
        shed_p50_ms=_quantile(count.shed_ms, 50),
        shed_p99_ms=_quantile(count.shed_ms, 99),
    )


def _quantile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1] if len(values) > 1 else float("nan")


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(Generator(Order(**json.load(sys.stdin))).run()))))
