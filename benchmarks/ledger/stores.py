"""Real stores for the races, made for one benchmark and gone after it: SQLite, `mlflow server` on SQLite, PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.adapters.mlflow.address import ARTIFACT_ROOT_VARIABLE, VARIABLE, read_address
from modelratchet.adapters.mlflow.server import ServerOptions, mlflow_server
from modelratchet.adapters.mlflow.store import init_store

STORES = ("sqlite", "server", "postgres")
_NOBODY = 65534


@contextmanager
def store(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """A fresh store of a kind; gives the variables that lead to it from `folder`."""
    if kind == "postgres":
        with _postgres(folder) as uri:
            yield {VARIABLE: uri, ARTIFACT_ROOT_VARIABLE: str(folder / "artifacts")}
        return
    address = read_address(folder, {})
    init_store(address)
    if kind == "sqlite":
        yield {}
        return
    with mlflow_server(address, ServerOptions(port=0, serves_artifacts=True, log=folder / "server.log")) as server:
        yield {VARIABLE: server.uri}


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """A cluster of its own; PostgreSQL refuses to run as root, so it belongs to nobody there."""
    data = folder / "postgres"
    data.mkdir()
    folder.chmod(0o755)
    runner: list[str] = []
    if os.getuid() == 0:
        os.chown(data, _NOBODY, _NOBODY)
        runner = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c max_connections=300"
    _run(
        [
            *runner,
            _binary("initdb"),
            "-D",
            str(data / "db"),
            "-U",
            "ratchet",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
        ],
        data,
    )
    _run(
        [*runner, _binary("pg_ctl"), "-D", str(data / "db"), "-l", str(data / "log"), "-w", "-o", options, "start"],
        data,
    )
    try:
        uri = f"postgresql+psycopg2://ratchet@127.0.0.1:{port}/postgres"
        _run([sys.executable, "-m", "mlflow", "db", "upgrade", uri], folder)
        yield uri
    finally:
        _run([*runner, _binary("pg_ctl"), "-D", str(data / "db"), "-m", "immediate", "stop"], data)


def _binary(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} of PostgreSQL 15 or newer is not on the PATH")
    return found


def _run(command: list[str], folder: Path) -> None:
    # the daemon that pg_ctl starts would keep a pipe open for ever
    with (folder / "commands.log").open("a") if os.access(folder, os.W_OK) else Path(os.devnull).open("w") as log:
        result = subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {result.returncode}: see {folder / 'commands.log'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
