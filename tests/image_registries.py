"""Debian's `docker-registry` on a free port, for tests of a real registry of images; without it they skip and say so."""

from __future__ import annotations

import http.server
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from modelratchet.core.image_names import Repository
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.ports import free_port

USER, PASSWORD = "publisher", "a password"
_LOGIN = "publisher:$2y$04$SjGEUBXpvX/hq4ygMN9Ho.xwqUFfs8I7Gkp738vevCJv50lI1dkQ2"  # of the two, by bcrypt
_SECONDS = 15


@dataclass
class RunningRegistry:
    """One that was started; `folder` holds its files. It can be stopped, and started again on the same port with what it had."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def repository(self) -> Repository:
        return Repository(f"localhost:{self.port}", "tests/flights-late")

    def blob_path(self, digest: str) -> Path:
        """Where the registry keeps the bytes of a digest."""
        name = digest.removeprefix("sha256:")
        return self.folder / "store/docker/registry/v2/blobs/sha256" / name[:2] / name / "data"

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["docker-registry", "serve", str(self.folder / "config.yml")], stdout=log, stderr=log
            )
        wait_until(self._answers, f"for docker-registry: see {self.folder / 'log'}")

    def _answers(self) -> bool:
        try:
            requests.get(f"http://127.0.0.1:{self.port}/v2/", timeout=PATIENCE_SECONDS)
        except requests.RequestException:
            return False
        return True

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def require_registry() -> None:
    """Skip where Debian's package is not installed."""
    if shutil.which("docker-registry") is None:
        pytest.skip("docker-registry is not installed: apt-get install docker-registry")


@contextmanager
def image_registry(folder: Path, *, has_login: bool = False) -> Iterator[RunningRegistry]:
    """Start one in a folder, and end it with the block."""
    require_registry()
    folder.mkdir(parents=True, exist_ok=True)
    running = RunningRegistry(folder, free_port())
    (folder / "config.yml").write_text(_config(running, has_login=has_login))
    (folder / "htpasswd").write_text(f"{_LOGIN}\n")
    running.start()
    try:
        yield running
    finally:
        running.stop()


class _Proxy(http.server.BaseHTTPRequestHandler):
    """Answers every request with a page that says 404."""

    def do_GET(self) -> None:
        self.send_error(404)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - so http.server calls them

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def nothing_behind_the_proxy(stopped: RunningRegistry) -> Iterator[None]:
    """What clients meet at the port of a registry that died behind a proxy.

    Docker's engine gives a push up at once then. Where nothing listens it tries again for 50 s first, and ends with the same code.
    """
    with http.server.ThreadingHTTPServer(("127.0.0.1", stopped.port), _Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _config(running: RunningRegistry, *, has_login: bool) -> str:
    login = f"auth: {{htpasswd: {{realm: tests, path: {running.folder / 'htpasswd'}}}}}\n" if has_login else ""
    return (
        "version: 0.1\nlog: {level: warn}\n"
        f"storage: {{filesystem: {{rootdirectory: {running.folder / 'store'}}}, delete: {{enabled: true}}}}\n"
        f"http: {{addr: '127.0.0.1:{running.port}', secret: tests}}\n{login}"
    )
