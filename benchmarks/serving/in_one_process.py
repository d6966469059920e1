"""Processor time of a request without sockets, all in one process and in turns: `python -m benchmarks.serving.in_one_process` (half a minute).

On a busy machine requests a second say little; this does. Each application is fed whole requests through uvicorn's own parsing, and writes to a transport
that keeps nothing: ours as it is shipped, ours through ASGI instead of the short way, ours without checks, log and metrics, bare ASGI, and the no-op.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any

import uvloop
from uvicorn.config import Config
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from benchmarks.serving.checking import questions
from benchmarks.serving.flights import Flights, flights
from benchmarks.serving.ours_bare import without_guards
from benchmarks.serving.servers import BARE_ASGI, NO_OP, OURS, OURS_BARE
from benchmarks.serving.tables import table
from benchmarks.serving.wires import ROWS
from modelratchet.serving.connection import Connection
from modelratchet.serving.entry import make_app

_BY_ASGI = f"{OURS}, through ASGI"
_REQUESTS_A_TURN = {1: 200, 100: 16}


class Sink(asyncio.Transport):
    """Keeps the last that was written."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        """Keep it."""
        self.written = data

    def is_closing(self) -> bool:
        """Never."""
        return False

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""


@dataclass(frozen=True)
class Fed:
    """An application behind a connection that is fed by hand."""

    connection: HttpToolsProtocol
    sink: Sink

    async def turn_us(self, requests: Sequence[bytes]) -> float:
        """Mean processor time of a request, threads of the process and a turn of the loop included."""
        began = time.process_time()
        for request in requests:
            self.sink.written = b""
            self.connection.data_received(request)
            while True:
                await asyncio.sleep(0)
                if self.sink.written:
                    break
        return (time.process_time() - began) / len(requests) * 1e6


def connected(app: Any, protocol: type[HttpToolsProtocol]) -> Fed:
    """The application behind a connection of that kind."""
    config, state = _config(app, protocol), ServerState()
    state.default_headers = [(b"date", b"Tue, 24 Nov 2026 10:00:00 GMT")]
    connection, sink = protocol(config, state, {}, asyncio.get_running_loop()), Sink()
    connection.connection_made(sink)
    return Fed(connection, sink)


async def measure(asked: Flights, rounds: int) -> dict[tuple[str, int], list[float]]:
    """Every application in every round, by name and rows."""
    ours = make_app()
    lifespan = LifespanOn(_config(ours, Connection))
    await lifespan.startup()  # starts the threads of the prediction log
    os.environ["RATCHET_LOG_FOLDER"] = ""
    everyone = {
        OURS: connected(ours, Connection),
        _BY_ASGI: connected(ours, HttpToolsProtocol),
        OURS_BARE: connected(without_guards(make_app), Connection),
        BARE_ASGI: connected(import_module("benchmarks.serving.peers.bare_asgi").app, HttpToolsProtocol),
        NO_OP: connected(import_module("benchmarks.serving.peers.no_op").app, HttpToolsProtocol),
    }
    gc.collect()
    gc.freeze()
    found: dict[tuple[str, int], list[float]] = {}
    for rows, count in _REQUESTS_A_TURN.items():
        bodies = [question.body for question in questions(asked, ROWS, rows, 50)]
        requests = [_request(bodies[place % len(bodies)]) for place in range(count)]
        for _ in range(rounds):
            for name, fed in everyone.items():
                await fed.turn_us(requests[: count // 8])
                found.setdefault((name, rows), []).append(await fed.turn_us(requests))
    await lifespan.shutdown()
    return found


def _config(app: Any, protocol: type[HttpToolsProtocol]) -> Config:
    config = Config(app, http=protocol, proxy_headers=False, access_log=False, log_config=None, interface="asgi3")
    config.load()
    return config


def _request(body: bytes) -> bytes:
    head = f"POST {ROWS.path} HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _report(found: dict[tuple[str, int], list[float]]) -> str:
    lines = []
    for name in dict.fromkeys(name for name, _ in found):
        cells = [name]
        for rows in _REQUESTS_A_TURN:
            times, bare = found[name, rows], found[BARE_ASGI, rows]
            ratio = median(one / other for one, other in zip(times, bare, strict=True))
            cells += [f"{median(times):,.1f}", f"{min(times):,.1f}", f"{ratio:.2f}"]
        lines.append(cells)
    header = [
        cell for rows in _REQUESTS_A_TURN for cell in (f"{rows} row{'s' * (rows > 1)}, µs", "least", "of bare ASGI")
    ]
    return table(["application", *header], lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.in_one_process", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="how often each has its turn")
    options = parser.parse_args(arguments)
    asked = flights()
    with tempfile.TemporaryDirectory() as log:
        # what each of the applications reads when it is made
        os.environ.update(
            RATCHET_BUNDLE=str(asked.folder / "bundle"), RATCHET_LOG_FOLDER=log, PEER_MODEL=str(asked.folder)
        )
        print(_report(uvloop.run(measure(asked, options.rounds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
