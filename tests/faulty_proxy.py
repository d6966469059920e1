"""A proxy that spoils requests: errors, lost or cut replies, delays, and an end after which nobody answers.

Stands between MLflow's client and a real server, in tests and in `benchmarks.chaos.outages`. An error is answered without passing the
request on; a lost or cut reply is one that the server has acted on.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

NOT_PASSED_ON = {"host", "date", "server", "expect", "connection", "content-length", "transfer-encoding"}
SPOILT = b'{"error_code": "INTERNAL_ERROR", "message": "spoilt"}'


@dataclass(frozen=True)
class Faults:
    """Shares, 0 to 1, of requests that go wrong; which ones follows from the seed.

    `share_500` is answered with 500 or 503 in turns. A slow reply comes after up to `slow_s` seconds. After `down_after` requests the proxy
    is gone: connections are refused.
    """

    share_500: float = 0.0
    share_dropped: float = 0.0
    share_cut: float = 0.0
    share_slow: float = 0.0
    slow_s: float = 0.0
    down_after: int | None = None
    seed: int = 7

    def __str__(self) -> str:
        return f"500-{self.share_500}-dropped-{self.share_dropped}"


@dataclass
class _Fates:
    """Draws what happens to each request, in the order they come."""

    faults: Faults
    n_requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.faults.seed)

    def draw(self) -> tuple[str, float]:
        """The fate of the next request, and a number from 0 to 1 for how bad it is."""
        with self.lock:
            self.n_requests += 1
            chance, degree = self.dice.random(), self.dice.random()
            if self.faults.down_after is not None and self.n_requests > self.faults.down_after:
                return "down", degree
        for fate in ("500", "dropped", "cut", "slow"):
            chance -= getattr(self.faults, f"share_{fate}")
            if chance < 0:
                return fate, degree
        return "well", degree


class Handler(BaseHTTPRequestHandler):
    """Passes a request on, and spoils what its fate says."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def pass_on(self) -> None:
        """Answer one request."""
        body = self._body()
        fate, degree = self.server.fates.draw()
        if fate == "down":
            self.close_connection = True
            self.server.vanish()
        elif fate == "500":
            told = {"Content-Type": "application/json", "Content-Length": str(len(SPOILT))}
            self._reply(500 if degree < 0.5 else 503, SPOILT, told)
        else:
            self._answer(body, fate, degree)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815

    def _answer(self, body: bytes, fate: str, degree: float) -> None:
        status, data, headers = self._ask(body)
        if fate == "slow":
            time.sleep(degree * self.server.fates.faults.slow_s)
        if fate in ("dropped", "cut"):
            self.close_connection = True
        if fate != "dropped":
            self._reply(status, data, headers, cut=fate == "cut")

    def _ask(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(*self.server.target, timeout=60)
        connection.request(self.command, self.path, body=body or None, headers=_passed_on(self.headers))
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        size = reply.headers["Content-Length"] if self.command == "HEAD" else str(len(data))
        return reply.status, data, {**_passed_on(reply.headers), "Content-Length": size}

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return self._chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _reply(self, status: int, data: bytes, headers: Mapping[str, str], *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in NOT_PASSED_ON}


class Proxy(ThreadingHTTPServer):
    """Listens on a free port and passes on to the server at `target`."""

    handler = Handler

    def __init__(self, target: str, faults: Faults) -> None:
        """Take where to pass on to, and what goes wrong."""
        super().__init__(("127.0.0.1", 0), self.handler)
        parts = urlsplit(target)
        self.target, self.fates = (parts.hostname or "", parts.port or 80), _Fates(faults)

    def vanish(self) -> None:
        """Refuse connections from now on."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up waiting is no news."""


@contextmanager
def faulty_proxy(target: str, faults: Faults) -> Iterator[str]:
    """Stand before a server; gives the address to talk to."""
    with proxied(Proxy(target, faults)) as uri:
        yield uri


@contextmanager
def proxied(server: Proxy) -> Iterator[str]:
    """Let a proxy answer for as long as the block runs; gives the address to talk to."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.vanish()
