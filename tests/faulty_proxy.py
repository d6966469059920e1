"""A proxy that spoils a share of the requests: answers 500 without passing them on, or passes them on and drops the reply."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Faults:
    """Shares, 0 to 1, of requests that go wrong; which ones follows from the seed."""

    share_500: float = 0.0
    share_dropped: float = 0.0
    seed: int = 7

    def __str__(self) -> str:
        return f"500-{self.share_500}-dropped-{self.share_dropped}"


@contextmanager
def faulty_proxy(target: str, faults: Faults) -> Iterator[str]:
    """Stand before a server; gives the address to talk to."""
    dice, lock = random.Random(faults.seed), threading.Lock()
    host, port = urlsplit(target).hostname or "", urlsplit(target).port

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = self._chunks()
            with lock:
                chance = dice.random()
            if chance < faults.share_500:
                return self._reply(500, b'{"error_code": "INTERNAL_ERROR", "message": "spoilt"}', "application/json")
            connection = http.client.HTTPConnection(host, port, timeout=60)
            skipped = {"host", "connection", "content-length", "transfer-encoding"}
            headers = {name: value for name, value in self.headers.items() if name.lower() not in skipped}
            connection.request(self.command, self.path, body=body or None, headers=headers)
            reply = connection.getresponse()
            data = reply.read()
            if chance < faults.share_500 + faults.share_dropped:
                self.close_connection = True
                return None
            return self._reply(reply.status, data, reply.headers.get("Content-Type") or "text/plain")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815

        def _chunks(self) -> bytes:
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data

        def _reply(self, status: int, data: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
