"""`mlflow server`, for a person who looks and for tests.

The server is a parent with workers, and killing the parent alone leaves a worker that goes on answering; so it gets a
process group of its own and is ended by that. On Linux it also ends when its starter is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelratchet.adapters.mlflow.address import StoreAddress, prepare_environment
from modelratchet.adapters.mlflow.run_list import QUERY
from modelratchet.adapters.mlflow.store import init_store
from modelratchet.errors import TrackingError

HOST = "127.0.0.1"
DEFAULT_PORT = 5000
START_SECONDS = 90
STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class ServerOptions:
    """How to serve a store.

    `serves_artifacts` sends clients' artifacts through the server, as a team's server does. Without it clients on
    this machine write to the folder themselves, and the store stays usable without a server.
    """

    port: int = DEFAULT_PORT
    workers: int = 1
    serves_artifacts: bool = False
    log: Path | None = None


@dataclass(frozen=True)
class RunningServer:
    """A server that answers."""

    uri: str
    pid: int

    def runs_page(self, experiment_id: str) -> str:
        """Address of an experiment's list of runs, with the columns that matter here."""
        return f"{self.uri}/#/experiments/{experiment_id}/runs?{QUERY}"

    def run_page(self, experiment_id: str, run_id: str) -> str:
        """Address of one run."""
        return f"{self.uri}/#/experiments/{experiment_id}/runs/{run_id}?workflowType=machine_learning"


@contextmanager
def mlflow_server(address: StoreAddress, options: ServerOptions = ServerOptions()) -> Iterator[RunningServer]:
    """Serve a store for as long as the block runs.

    Raises:
        TrackingError: the server ended, or did not answer in time.
    """
    init_store(address)
    with served(_command(address, options), {}, options.log, options.port) as server:
        yield server


@contextmanager
def served(
    command: Sequence[str], settings: Mapping[str, str], log: Path | None, port: int = 0
) -> Iterator[RunningServer]:
    """Run a server for as long as the block runs.

    Args:
        command: `mlflow server` with all but host and port.
        settings: further variables of its environment: what names a password is no argument, which everybody on the machine can read.
        log: the file that gets its output; None for none.
        port: the wanted one; another is taken where it is not free.

    Raises:
        TrackingError: the server ended, or did not answer in time.
    """
    free = _free_port(port)
    output = log.open("ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(
        [*command, "--host", HOST, "--port", str(free)],
        stdout=output,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no lock
        env={**_environment(), **settings},
    )
    try:
        uri = f"http://{HOST}:{free}"
        _await_answer(process, uri, log)
        yield RunningServer(uri, process.pid)
    finally:
        _stop_group(process)
        if log:
            output.close()  # type: ignore[union-attr]  # a file when there is a log


def _command(address: StoreAddress, options: ServerOptions) -> list[str]:
    artifacts = ["--no-serve-artifacts", "--default-artifact-root", address.artifact_root]
    if options.serves_artifacts:
        artifacts = ["--serve-artifacts", "--artifacts-destination", address.artifact_root]
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--workers", str(options.workers), "--backend-store-uri", address.uri),
        *artifacts,
    ]


def _environment() -> dict[str, str]:
    prepare_environment()
    hidden = {"MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "_MLFLOW_SERVER_ARTIFACT_ROOT"}
    settings = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**settings, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def _await_answer(process: subprocess.Popen[bytes], uri: str, log: Path | None) -> None:
    deadline = time.monotonic() + START_SECONDS
    where = f"; its output is in {log}" if log else ""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TrackingError(
                f"the MLflow server ended at once with code {process.returncode}{where}", hint="Run `ratchet doctor`."
            )
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=2) as reply:  # noqa: S310 - http, and ours
                if reply.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise TrackingError(
        f"the MLflow server did not answer on {uri} within {START_SECONDS} s{where}",
        hint="Run it again on a quieter machine.",
    )


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise TrackingError(f"no port is free on {HOST}", hint="End some other servers.")


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    for stop in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, stop)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        # the parent is gone; a worker of its group may not be, and the second round ends it
    process.wait()
    _await_empty_group(process.pid)


def _await_empty_group(group: int) -> None:
    """Workers that were killed are reaped by the system's first process, a moment later."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.02)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
