"""The processes of one `bentoml serve`: started, measured, and ended for sure.

The worker has a session of its own, so ending the first process's group does not reach it when that one was killed hard;
its number is noted while both live. On Linux the first process also ends, and ends its worker, when its starter is killed.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from modelratchet.adapters.bentoml_model_server.connection import HOST
from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.errors import OutsideError

SERVICE = "modelratchet.serving.service:Predictor"
STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.5  # looking through all processes costs some milliseconds, which the server that starts would miss
_EXCEPTION = re.compile(r"[\w.]+: .")
_BIRTH = 19  # field 22 of /proc/PID/stat, counted from the third
_PROCESSOR_CLOCK = 2  # CPUCLOCK_SCHED of the kernel's posix-timers: exact, over all threads


@contextmanager
def running_server(bundle: Path, folder: Path) -> Iterator[ServerProcess]:
    """Start a server, with `folder` for all that it writes, and end it with the block.

    Raises:
        OutsideError: the process cannot be started.
    """
    log, port = folder / "server.log", _free_port()
    with log.open("wb") as output:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                _command(port, folder),
                cwd=folder,
                env=_environment(bundle, folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(_end_with, os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - two system calls, no lock
            )
        except OSError as error:
            raise OutsideError(f"the server could not be started: {error}") from error
    server = ServerProcess(process, port, started, log)
    try:
        yield server
    finally:
        server.stop()


class ServerProcess:
    """A process that was started, its worker, and what they cost."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, started: float, log: Path) -> None:
        """`started` is `time.perf_counter()` just before it was."""
        self.port, self.started = port, started
        self._process, self._log = process, log
        self._below: dict[int, int] = {}
        self._next_look = started + _LOOK_SECONDS

    def refuse_ended(self) -> None:
        """Raise when the process is gone, or waits for a worker that is: BentoML starts no other one.

        Raises:
            OutsideError: with what it printed of the reason.
        """
        if self._process.poll() is not None:
            raise OutsideError(f"the server ended with code {self._process.returncode}{self.last_words()}")
        if time.perf_counter() < self._next_look:
            return
        self._next_look = time.perf_counter() + _LOOK_SECONDS
        if any(_is_zombie(pid) for pid in _descendants(self._process.pid)):
            raise OutsideError(f"the server's worker ended{self.last_words()}")

    def last_words(self) -> str:
        """The last exception that the server printed, else its last line, as the end of a sentence; empty where there is none."""
        lines = [line.strip() for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines if _EXCEPTION.match(line)] or lines
        return f"; it said: {telling[-1][:300]}" if telling else ""

    def note_worker(self) -> None:
        """Remember the processes below, once there are some."""
        self._below = _descendants(self._process.pid)

    def processor_ns(self) -> int:
        """Of the worker; it is the one that answers."""
        try:
            return sum(time.clock_gettime_ns(~pid << 3 | _PROCESSOR_CLOCK) for pid in self._below)
        except OSError:
            return 0

    def memory_bytes(self) -> int | None:
        """Resident memory of all processes; what they share is counted in each."""
        resident = [_resident_bytes(pid) for pid in (self._process.pid, *self._below)]
        return sum(found for found in resident if found) or None

    def stop(self) -> None:
        """End all of them; those that do not listen are killed."""
        everyone = {**self._below, **_descendants(self._process.pid)}
        for stop in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                self._process.send_signal(stop)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
                break
        for pid, birth in everyone.items():
            if _is_same(pid, birth):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _command(port: int, folder: Path) -> list[str]:
    serve = (sys.executable, "-m", "bentoml", "serve", SERVICE)
    return [*serve, "--host", HOST, "--port", str(port), "--working-dir", str(folder)]


def _environment(bundle: Path, folder: Path) -> dict[str, str]:
    """The caller's own BentoML settings would serve another thing than the image does."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BENTOML_")}
    own = {"RATCHET_BUNDLE": str(bundle.resolve()), "BENTOML_HOME": str(folder / "bentoml")}
    return {**inherited, **TELEMETRY_OFF, **own}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _descendants(root: int) -> dict[int, int]:
    """All processes below, each with the moment it was started in ticks; empty where there is no /proc."""
    parents, births = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            pid, fields = int(entry.name), _stat(int(entry.name))
            parents[pid], births[pid] = int(fields[1]), int(fields[_BIRTH])
    found: dict[int, int] = {}
    level = [root]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        found |= {pid: births[pid] for pid in level}
    return found


def _is_same(pid: int, birth: int) -> bool:
    """Whether it is still the process that had this number then: numbers are given out again."""
    with suppress(OSError, ValueError, IndexError):
        return int(_stat(pid)[_BIRTH]) == birth
    return False


def _is_zombie(pid: int) -> bool:
    with suppress(OSError, IndexError):
        return _stat(pid)[0] == "Z"
    return False


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; the second, a name in brackets, may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _resident_bytes(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was killed before we asked
        os.kill(os.getpid(), signal.SIGKILL)
