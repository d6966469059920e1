"""The two servers that a story's jobs talk to: a model registry (MLflow on SQLite) and an image registry (Debian's docker-registry).

Each serves a folder, so a story starts from a copy of one that was prepared.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.adapters.mlflow.address import read_address
from modelratchet.adapters.mlflow.server import ServerOptions, mlflow_server

START_SECONDS = 120
_CONFIGURATION = """\
version: 0.1
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}"}}
log: {{level: error}}
"""


@contextmanager
def model_registry(folder: Path) -> Iterator[str]:
    """An MLflow server on a free port, that artifacts pass through; its address."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ServerOptions(port=0, serves_artifacts=True, log=folder / "server.log")
    with mlflow_server(read_address(folder, {}), options) as server:
        yield server.uri


@contextmanager
def image_registry(folder: Path) -> Iterator[str]:
    """A registry of images on a free port of localhost, which Docker trusts without TLS; host and port.

    Raises:
        FileNotFoundError: docker-registry is not installed.
        TimeoutError: it did not answer.
    """
    program = shutil.which("docker-registry")
    if program is None:
        raise FileNotFoundError("docker-registry is not installed: apt-get install docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = folder / "registry.yml"
    configuration.write_text(_CONFIGURATION.format(folder=folder / "store", port=port))
    root = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "rehearsal.keeper", program, "serve", str(configuration)],
        env={**os.environ, "PYTHONPATH": root, "OTEL_TRACES_EXPORTER": "none"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}/v2/", process)
        yield f"localhost:{port}"
    finally:
        process.terminate()
        process.wait()
        _untag(f"localhost:{port}")


def _untag(host: str) -> None:
    """Take away the engine's names for what was pushed: nobody will listen on that port any more."""
    listed = ["docker", "image", "ls", "--filter", f"reference={host}/*", "--format", "{{.Repository}}:{{.Tag}}"]
    done = subprocess.run(listed, capture_output=True, text=True, check=False) if shutil.which("docker") else None
    names = [name for name in (done.stdout.split() if done else []) if not name.endswith(":<none>")]
    if names:
        subprocess.run(["docker", "image", "rm", *names], capture_output=True, check=False)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as reply:  # noqa: S310 (ours)
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{address} did not answer within {START_SECONDS} s, or ended: {process.poll()}")
