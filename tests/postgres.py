"""A PostgreSQL cluster of its own, for tests and benchmarks; gone with its folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports import free_port

USER = "ratchet"
_NOBODY = 65534
_DEBIAN = "/usr/lib/postgresql/*/bin"


def missing() -> str:
    """Why there can be no cluster here; empty where there can."""
    return "" if binary("initdb") and binary("postgres") else "PostgreSQL's server is not installed"


def binary(name: str) -> str | None:
    """A program of PostgreSQL, on the PATH or where Debian keeps it."""
    found = sorted(str(path) for path in Path("/").glob(f"{_DEBIAN[1:]}/{name}"))
    return shutil.which(name) or (found[-1] if found else None)


@dataclass(frozen=True)
class Cluster:
    """A running cluster. Whoever reaches its port on this machine may do everything."""

    folder: Path
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def address(self, database: str) -> str:
        """As SQLAlchemy and MLflow take it."""
        return f"postgresql+psycopg2://{USER}@127.0.0.1:{self.port}/{database}"

    def run(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs against it."""
        _run([binary(name) or name, "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, *arguments], self.folder)

    def start(self) -> None:
        """Start it, and wait until it answers; it ends with the process that started it, however that ends."""
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"]
        # an unclean stop is undone from its log, but nothing here outlives the machine: no waiting for the disk
        options += ["-c", "max_connections=300", "-c", "fsync=off"]
        command = [*_runner("--pdeathsig", "QUIT"), _program("postgres"), "-D", str(self.folder / "db")]
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                [*command, "-p", str(self.port), *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(started)
        while subprocess.run(
            [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        ).returncode:
            if started.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended at once:\n{(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Take it away at once, whoever is connected."""
        while self.processes:
            process = self.processes.pop()
            process.send_signal(signal.SIGQUIT)
            process.wait()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A fresh cluster; PostgreSQL refuses to run as root, so it belongs to nobody there."""
    # not below pytest's own folder, which only root may enter
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        data = Path(folder)
        if os.getuid() == 0:
            os.chown(data, _NOBODY, _NOBODY)
        options = ["-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        _run([*_runner(), _program("initdb"), "-D", str(data / "db"), *options], data)
        made = Cluster(data, free_port())
        made.start()
        try:
            yield made
        finally:
            made.stop()


def _runner(*options: str) -> list[str]:
    """Drops root's rights, where those are held."""
    if os.getuid() == 0:
        options = (*options, f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups")
    return ["setpriv", *options] if options else []


def _program(name: str) -> str:
    found = binary(name)
    if found is None:
        raise RuntimeError(missing())
    return found


def _run(command: list[str], folder: Path) -> None:
    log = folder / "commands.log"
    # a daemon that pg_ctl starts would keep a pipe open for ever
    with log.open("ab") as output:
        result = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {result.returncode}:\n{log.read_text()[-2000:]}")
