"""Containers of an image, for tests that need a real Docker engine; without one they skip and say so."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from modelratchet.adapters.docker_image_builder import DockerImageBuilder

SECONDS = 120


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Container:
    """One that was started; `port` is the one inside."""

    name: str
    port: int

    @property
    def published(self) -> int:
        """Its port on this machine."""
        return int(docker("port", self.name, str(self.port)).splitlines()[0].rpartition(":")[2])

    def ask(self, method: str, path: str, document: object = None) -> Response:
        """Send one request to the port that was published."""
        connection = http.client.HTTPConnection("127.0.0.1", self.published, timeout=60)
        try:
            body = None if document is None else json.dumps(document).encode()
            connection.request(method, path, body, {"content-type": "application/json"})
            found = connection.getresponse()
            return Response(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        finally:
            connection.close()

    def await_ready(self) -> None:
        """Wait for the first answer."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                if self.ask("GET", "/readyz").status == 200:
                    return
            except (OSError, http.client.HTTPException, subprocess.CalledProcessError, IndexError):
                time.sleep(0.05)
        pytest.fail(f"not ready within {SECONDS} s: {self.said()}")

    def said(self) -> str:
        """All that it printed."""
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    def exit_code(self) -> int:
        """Wait for its end."""
        return int(docker("wait", self.name))


def docker(*arguments: str) -> str:
    """What a command of Docker's prints."""
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()


@contextmanager
def container(image: str, *options: str, arguments: tuple[str, ...] = (), port: int = 3000) -> Iterator[Container]:
    """Start one with a read-only root, and take it away with the block."""
    published = ("--publish", f"127.0.0.1::{port}")
    name = docker("run", "--detach", "--read-only", *published, *options, image, *arguments)
    try:
        yield Container(name, port)
    finally:
        docker("rm", "--force", "--volumes", name)


def remove_images(pattern: str) -> None:
    """Take away the names that match, and images that have no other name."""
    names = docker("images", "--digests", "--format", "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}", pattern)
    for name in names.split():
        if "<none>" not in name:
            # the last tag takes its digest with it
            subprocess.run(["docker", "rmi", name], capture_output=True, check=False)


def require_engine() -> None:
    """Skip where no engine answers."""
    if not DockerImageBuilder().is_there():
        pytest.skip("no Docker engine answers")
