"""The sample bundle behind real server processes, and callers that go on until they are told to stop."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelratchet.adapters.uvicorn_model_server.environment import HOST, gate_environment
from modelratchet.adapters.uvicorn_model_server.processes import start
from modelratchet.serving.settings import DEPLOYMENT_FILE, PORT_VARIABLE, Deployment, LogSettings
from modelratchet.storage.bundles import write_bundle
from modelratchet.storage.files import write_record
from tests.patience import wait_until
from tests.ports import free_port
from tests.samples.bundles import binary_bundle
from tests.samples.served import ROW

BODY = json.dumps({"rows": [ROW, {"hour": 3, "carrier": "AA"}]}).encode()
CONNECTIONS = 4
"""Callers at once, where a test does not say otherwise."""


def deployed(folder: Path, log: LogSettings) -> Path:
    """Write the sample bundle and what a server is told of its log."""
    write_bundle(binary_bundle(), folder / "bundle")
    write_record(folder / DEPLOYMENT_FILE, Deployment(version="7", log=log))
    return folder / "bundle"


class Process:
    """A server that answers."""

    def __init__(self, bundle: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self.output = bundle.parent / f"server-{self.port}.log"
        with self.output.open("wb") as output:
            told = {**gate_environment(bundle), **environment, PORT_VARIABLE: str(self.port)}
            self.process = start(told, bundle.parent, output, signal.SIGKILL)
        self._wait()

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request(method, path, body, {"content-type": "application/json", **(headers or {})})
            answered = connection.getresponse()
            return answered.status, answered.read()
        finally:
            connection.close()

    def metric(self, name: str) -> float:
        """The sum over all labels."""
        lines = self.ask("GET", "/metrics")[1].decode().splitlines()
        found = [line.rsplit(" ", 1)[1] for line in lines if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(map(float, found))

    def await_log(self, workers: int = 1) -> None:
        """Wait until the processes that keep the log are at work: only what they have read can they write when all ends."""
        wait_until(lambda: sum(map(self._keeps_log, Path("/proc").glob("[0-9]*"))) >= workers, "for the log's process")

    def _keeps_log(self, entry: Path) -> bool:
        with suppress(OSError):
            is_ours = f"{PORT_VARIABLE}={self.port}\0".encode() in (entry / "environ").read_bytes()
            is_keeper = b"\0modelratchet.serving.prediction_log\0" in (entry / "cmdline").read_bytes()
            # the first thing that it does is to ignore what ends its worker
            status = dict(line.split(":\t", 1) for line in (entry / "status").read_text().splitlines())
            return is_ours and is_keeper and bool(int(status["SigIgn"], 16) >> signal.SIGTERM - 1 & 1)
        return False

    def lines(self) -> list[Any]:
        """The server's own log."""
        return [json.loads(line) for line in self.output.read_text().splitlines() if line.startswith('{"time"')]

    def _wait(self) -> None:
        wait_until(self._is_live, "for the server to come up")

    def _is_live(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        with suppress(OSError):
            return self.ask("GET", "/livez")[0] == 200
        return False


@contextmanager
def served(bundle: Path, **environment: str) -> Iterator[Process]:
    """A server that is gone after the block, whatever happened in it."""
    server = Process(bundle, environment)
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)  # its workers too
        server.process.wait()


@dataclass
class Load:
    """Requests from several connections at once; `answered` has their ids."""

    server: Process
    name: str
    answered: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    @contextmanager
    def running(self, connections: int = CONNECTIONS) -> Iterator[Load]:
        stop = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(place, stop)) for place in range(connections)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _ask(self, place: int, stop: threading.Event) -> None:
        connection = http.client.HTTPConnection(HOST, self.server.port, timeout=60)
        number = 0
        while not stop.is_set():
            number += 1
            request_id = f"{self.name}-{place}-{number}"
            try:
                connection.request(
                    "POST", "/predict", BODY, {"content-type": "application/json", "x-request-id": request_id}
                )
                response = connection.getresponse()
                response.read()
            except (OSError, http.client.HTTPException):
                return  # the server is gone
            self.statuses.add(response.status)
            if response.status == 200:
                self.answered.append(request_id)
