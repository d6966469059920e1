"""Is a request lost when the server is told to end under load? `python -m benchmarks.serving.drain --rounds 100` (about five minutes on two cores).

In each round a server is started, loaded with requests of 1, 100 and 1,200 rows, on connections that are kept and on new ones, and sent SIGTERM
at a moment drawn at random. A request counts as accepted when its bytes were sent on a connection on which the server had answered before and
had not said `connection: close`; or, on a new connection, when the server had taken it up. Of a new connection the caller cannot see whether it was taken up
before the port closed: those that were reset with nothing said are counted by themselves. Exits 1 if an accepted request was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import cast

import uvloop

from benchmarks.serving.checking import check_answers, questions
from benchmarks.serving.flights import Flights, flights
from benchmarks.serving.processes import Running, post, started, wait_for_answer
from benchmarks.serving.servers import ours
from benchmarks.serving.tables import table
from benchmarks.serving.wires import ROWS

WORK = Path(".ratchet/benchmarks/serving/work")
KEPT = {1: 8, 100: 4, 1200: 2}
"""Connections that are kept, by rows in a request: answered at once, in line, and in a thread."""

NEW = 4
"""Callers that make a connection for each request."""

_SETTLE_SECONDS = 0.2
_END_SECONDS = 30.0


@dataclass
class Round:
    """What became of the requests of one round; `seconds` from the signal to the end of the process."""

    answered: int = 0
    answered_after_signal: int = 0
    refused: int = 0
    lost: int = 0
    reset_new: int = 0
    seconds: float = 0.0


class Caller(asyncio.Protocol):
    """Sends a request, waits for the answer, sends the next, until the server closes or says that it will."""

    def __init__(self, load: Load, request: bytes, *, keeps: bool) -> None:
        """`keeps` its connection, or makes a new one for each request."""
        self._load, self._request, self._keeps = load, request, keeps
        self._received, self._was_answered, self._is_waiting = b"", False, False
        self._transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first."""
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or len(self._received) < end + 4 + _length(self._received[:end]):
            return
        self._is_waiting, self._was_answered = False, True
        self._load.note_answer(int(self._received[9:12]))
        says_close = b"connection: close" in self._received[:end].lower()
        if self._keeps and not says_close:
            self._send()
        elif self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """With an answer due, the request was lost; on a new connection it may never have been taken up."""
        if self._is_waiting:
            self._load.note_loss(was_accepted=self._was_answered or bool(self._received))
        self.ended.set_result(None)

    def _send(self) -> None:
        assert self._transport is not None
        self._received, self._is_waiting = b"", True
        self._transport.write(self._request)


class Load:
    """All callers of one round."""

    def __init__(self, port: int, bodies: Mapping[int, Sequence[bytes]]) -> None:
        """Send these bodies, by number of rows, to the port."""
        self._port, self.found, self._is_signalled = port, Round(), False
        self._requests = {rows: [_request(body) for body in found] for rows, found in bodies.items()}

    async def run(self, process: subprocess.Popen[bytes], wait_seconds: float) -> Round:
        """Load, send the signal, and wait for all to end."""
        kept = [(rows, place) for rows, count in KEPT.items() for place in range(count)]
        callers = [self._keep(self._pick(rows, place)) for rows, place in kept]
        tasks = [asyncio.ensure_future(caller) for caller in callers]
        tasks += [asyncio.ensure_future(self._renew(self._pick(1, place))) for place in range(NEW)]
        await asyncio.sleep(wait_seconds)
        began, self._is_signalled = time.perf_counter(), True
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(*tasks), _END_SECONDS)
        await asyncio.to_thread(process.wait, _END_SECONDS)
        self.found.seconds = time.perf_counter() - began
        return self.found

    def note_answer(self, status: int) -> None:
        """An answer came; one that is neither right nor a refusal is a loss."""
        if status in {429, 503}:
            self.found.refused += 1
        elif status == 200:
            self.found.answered += 1
            self.found.answered_after_signal += self._is_signalled
        else:
            self.found.lost += 1

    def note_loss(self, *, was_accepted: bool) -> None:
        """A connection ended with a request on it."""
        if was_accepted:
            self.found.lost += 1
        else:
            self.found.reset_new += 1

    async def _keep(self, request: bytes) -> None:
        _, caller = await self._connect(request, keeps=True)
        await caller.ended

    async def _renew(self, request: bytes) -> None:
        while True:
            try:
                _, caller = await self._connect(request, keeps=False)
            except OSError:
                return  # the port is closed: nobody took anything
            await caller.ended

    async def _connect(self, request: bytes, *, keeps: bool) -> tuple[asyncio.BaseTransport, Caller]:
        loop = asyncio.get_running_loop()
        return await loop.create_connection(lambda: Caller(self, request, keeps=keeps), "127.0.0.1", self._port)

    def _pick(self, rows: int, place: int) -> bytes:
        return self._requests[rows][place % len(self._requests[rows])]


def one_round(running: Running, asked: Flights, wait_seconds: float) -> Round:
    """Load a server that answers, and end it."""
    bodies = {rows: [question.body for question in questions(asked, ROWS, rows, 8)] for rows in KEPT}
    return uvloop.run(Load(running.port, bodies).run(running.process, wait_seconds))


def _request(body: bytes) -> bytes:
    head = f"POST {ROWS.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0])


def _report(rounds: Sequence[Round]) -> str:
    values = (
        str(len(rounds)),
        f"{sum(found.answered for found in rounds):,}",
        f"{sum(found.answered_after_signal for found in rounds):,}",
        str(sum(found.refused for found in rounds)),
        str(sum(found.lost for found in rounds)),
        str(sum(found.reset_new for found in rounds)),
        f"{median(found.seconds for found in rounds):.1f} ({max(found.seconds for found in rounds):.1f})",
    )
    header = (
        "rounds",
        "answered",
        "of these after the signal",
        "refused, with when to come again",
        "accepted and lost",
        "new, reset unheard",
        "s to end, median (most)",
    )
    return table(header, [values])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.drain", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often a server is ended")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    options = parser.parse_args(arguments)
    asked, work, moments = flights(), WORK.absolute(), random.Random(options.seed)
    server, rounds = ours(asked.folder, work), list[Round]()
    first = questions(asked, ROWS, 1, 2)
    for number in range(options.rounds):
        with started(server.launch, work / "logs") as running:
            wait_for_answer(running, ROWS.path, first[0].body)
            check_answers(server.name, asked, ROWS, partial(post, running.port), first)
            rounds.append(one_round(running, asked, _SETTLE_SECONDS + moments.random() * 0.3))
        print(f"Round {number + 1}: {json.dumps(vars(rounds[-1]))}", file=sys.stderr)
    print(_report(rounds))
    return int(any(found.lost for found in rounds))


if __name__ == "__main__":
    sys.exit(main())
