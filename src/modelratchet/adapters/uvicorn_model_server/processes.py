"""The process of one server: started, measured, and ended for sure. On Linux it also ends when its starter is killed."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from modelratchet.adapters.uvicorn_model_server.environment import HOST
from modelratchet.errors import OutsideError
from modelratchet.serving.settings import PORT_VARIABLE

COMMAND = (sys.executable, "-m", "modelratchet.serving")
STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1
_EXCEPTION = re.compile(r"[\w.]+: .")
_PROCESSOR_CLOCK = 2  # CPUCLOCK_SCHED of the kernel's posix-timers: exact, over all threads


@contextmanager
def running_server(folder: Path, environment: Mapping[str, str]) -> Iterator[ServerProcess]:
    """Start a server on a free port, with `folder` for all that it writes, and end it with the block.

    Raises:
        OutsideError: the process cannot be started.
    """
    log, port = folder / "server.log", free_port()
    with log.open("wb") as output:
        started = time.perf_counter()
        process = start({**environment, PORT_VARIABLE: str(port)}, folder, output, signal.SIGKILL)
    server = ServerProcess(process, port, started, log)
    try:
        yield server
    finally:
        server.stop()


def start(
    environment: Mapping[str, str], folder: Path, output: BinaryIO | None, farewell: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C reaches its starter alone.

    Args:
        environment: all that it gets.
        folder: where it runs.
        output: where what it prints goes; None for where this process's goes.
        farewell: what it is sent when its starter is killed.

    Raises:
        OutsideError: the process cannot be started.
    """
    try:
        return subprocess.Popen(
            COMMAND,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=partial(_end_with, os.getpid(), farewell) if sys.platform == "linux" else None,  # noqa: PLW1509 - two system calls, no lock
        )
    except OSError as error:
        raise OutsideError(f"the server could not be started: {error}") from error


class ServerProcess:
    """A process that was started, and what it costs."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, started: float, log: Path) -> None:
        """`started` is `time.perf_counter()` just before it was."""
        self.port, self.started = port, started
        self._process, self._log = process, log

    def refuse_ended(self) -> None:
        """Raise when the process is gone.

        Raises:
            OutsideError: with what it printed of the reason.
        """
        if self._process.poll() is not None:
            raise OutsideError(f"the server ended with code {self._process.returncode}{self.last_words()}")

    def last_words(self) -> str:
        """The last exception that the server printed, else its first line, as the end of a sentence; empty where there is none."""
        lines = [line.strip() for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        exceptions = [line for line in lines if _EXCEPTION.match(line)]
        # without an exception it ended with a message of ours, whose hint stands last
        telling = exceptions[-1:] or lines[:1]
        return f"; it said: {telling[0][:300]}" if telling else ""

    def processor_ns(self) -> int:
        """Of all its threads so far."""
        try:
            return time.clock_gettime_ns(~self._process.pid << 3 | _PROCESSOR_CLOCK)
        except OSError:
            return 0

    def memory_bytes(self) -> int | None:
        """Resident memory."""
        with suppress(OSError, IndexError, ValueError):
            pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        return None

    def stop(self) -> None:
        """End it; when it does not listen it is killed."""
        end(self._process)


def end(process: subprocess.Popen[bytes]) -> int:
    """Ask a server to end what it has begun and stop, kill it and its workers when it does not, and give its exit code."""
    process.terminate()
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def free_port() -> int:
    """A port of this machine that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _end_with(parent: int, farewell: signal.Signals) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, farewell)
    if os.getppid() != parent:  # it was killed before we asked
        os.kill(os.getpid(), signal.SIGKILL)
