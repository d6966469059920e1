"""Servers as processes of their own: started, waited for, measured with all their children, and ended for sure. Linux only.

Called by `measuring` and by the trials under load.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modelratchet.adapters.uvicorn_model_server.processes import free_port

START_SECONDS = 180.0
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Launch:
    """How a server is started; `{port}` in a part of the command stands for a free port."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def members(self) -> list[int]:
        """The process and all that it started, by id."""
        children: dict[int, list[int]] = {}
        for pid, parent in _parents():
            children.setdefault(parent, []).append(pid)
        found = [self.process.pid]
        for pid in found:
            found.extend(children.get(pid, []))
        return found

    def cpu_seconds(self) -> float:
        """Processor time that all members used since they were started, with that of children which ended."""
        return sum(_cpu_ticks(pid) for pid in self.members()) / _TICKS_PER_SECOND

    def memory_mb(self) -> float:
        """Proportional set size of all members: shared pages are counted once."""
        return sum(_pss_kb(pid) for pid in self.members()) / 1024


@contextlib.contextmanager
def started(launch: Launch, logs: Path) -> Iterator[Running]:
    """Start a server on a free port; at the end it and all its children are ended, whatever happened."""
    port = free_port()
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{launch.name.replace(' ', '-').replace('/', '-')}.log"
    command = [part.replace("{port}", str(port)) for part in launch.command]
    environment = {name: value.replace("{port}", str(port)) for name, value in launch.environment.items()}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            env={**_inherited(), **environment},
            cwd=launch.folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Running(launch.name, process, port, log)
    try:
        yield running
    finally:
        stop(running)


def stop(running: Running, patience_seconds: float = 5.0) -> None:
    """End it: politely first, then by force, and its children too, in whatever group they put themselves."""
    members = running.members()
    with contextlib.suppress(ProcessLookupError):
        running.process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.process.wait(patience_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.process.pid, signal.SIGKILL)
    for pid in members[1:]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.process.wait()


def wait_for_answer(running: Running, path: str, body: bytes, media_type: str = "application/json") -> float:
    """Ask until it answers 200.

    Returns:
        Seconds from the call to the answer.

    Raises:
        SystemExit: it ended, or did not answer in time; the end of its log is in the message.
    """
    began = time.perf_counter()
    while time.perf_counter() - began < START_SECONDS:
        if running.process.poll() is not None:
            break
        with contextlib.suppress(OSError, http.client.HTTPException):
            if post(running.port, path, body, media_type)[0] == 200:
                return time.perf_counter() - began
        time.sleep(0.01)
    tail = running.log.read_text(errors="replace")[-3000:]
    raise SystemExit(f"{running.name} gave no answer in {START_SECONDS:.0f} s (exit {running.process.poll()}):\n{tail}")


def post(port: int, path: str, body: bytes, media_type: str = "application/json") -> tuple[int, bytes]:
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, body, {"Content-Type": media_type})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def get(port: int, path: str) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _inherited() -> dict[str, str]:
    """Our environment without what would lead a peer's interpreter to our packages."""
    telling = ("PYTHON", "VIRTUAL_ENV", "RATCHET_", "BENTOML_", "MLFLOW_")
    return {name: value for name, value in os.environ.items() if not name.startswith(telling)}


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(folder.name), int(_fields(int(folder.name))[1])


def _cpu_ticks(pid: int) -> int:
    try:
        return sum(int(value) for value in _fields(pid)[11:15])
    except OSError:
        return 0


def _fields(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` after the program's name, which may hold spaces. Source: proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
