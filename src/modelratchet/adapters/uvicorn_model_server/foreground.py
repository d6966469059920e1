"""A server for a person: it prints where they see it, is waited for, and ends with Ctrl-C. `ratchet serve` runs it through `wiring.serving`."""

from __future__ import annotations

import errno
import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from modelratchet.adapters.uvicorn_model_server.environment import own_environment
from modelratchet.adapters.uvicorn_model_server.processes import end, start
from modelratchet.errors import ConfigError, OutsideError

READY_PATH = "/readyz"
_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 5


class ForegroundServer:
    """A process that was started."""

    def __init__(self, process: subprocess.Popen[bytes], address: tuple[str, int]) -> None:
        """Take where it can be reached."""
        self._process, self._address = process, address

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.poll()

    def await_ready(self, seconds: float) -> bool:
        """Wait until it says that it is ready; False when it ended before, and has said why.

        Raises:
            OutsideError: it was not ready in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return False
            if self._is_ready():
                return True
            time.sleep(_POLL_SECONDS)
        raise OutsideError(f"the server was not ready within {seconds:g} s", hint="Try again on a quieter machine.")

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(*self._address, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", READY_PATH)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def foreground_server(folder: Path, chosen: Mapping[str, str], address: tuple[str, int]) -> Iterator[ForegroundServer]:
    """Start a server, and end it with the block.

    Args:
        folder: where it runs.
        chosen: settings that go before those of this process's environment.
        address: host and port that it is told to listen on.

    Raises:
        ConfigError: the port is taken, or the host is none of this machine's.
        OutsideError: the process cannot be started.
    """
    _refuse_taken(address)
    process = start(own_environment(chosen), folder, None, signal.SIGTERM)
    try:
        yield ForegroundServer(process, (_reachable(address[0]), address[1]))
    finally:
        end(process)


def _reachable(host: str) -> str:
    """An address to knock at: the wildcard is none."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _way_out(error: OSError, port: int) -> str:
    if error.errno == errno.EACCES:
        return "Ports below 1024 are root's: --port 3000"
    if error.errno != errno.EADDRINUSE:
        return "Name an address of this machine: --host 127.0.0.1"
    return f"Take another: --port {port + 1}" if port < 65_535 else "Take another with --port."


def _refuse_taken(address: tuple[str, int]) -> None:
    host, port = address
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn does
            probe.bind(address)
    except OSError as error:
        raise ConfigError(
            "the address to serve on",
            [f"port {port} of {host}: {(error.strerror or str(error)).lower()}"],
            hint=_way_out(error, port),
        ) from error
