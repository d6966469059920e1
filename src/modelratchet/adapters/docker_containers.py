"""Containers that are tried before their image goes anywhere: run as strictly as a platform may run them, and taken away afterwards."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from modelratchet.errors import OutsideError
from modelratchet.usecases.ports.serving import Image

PORT = 3000
_OWNER = "modelratchet.trial.process"
_SECONDS = 60
_STRICT = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")  # noqa: S108 - the container's


@contextmanager
def tried_container(image: Image, environment: Mapping[str, str]) -> Iterator[str]:
    """Run an image for as long as the block lasts; gives its address on this machine once it says that it is ready.

    Raises:
        OutsideError: it cannot be started, ended at once, or was not ready in time; what it said is told.
    """
    _remove_orphans()
    given = [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
    published = ("--publish", f"127.0.0.1::{PORT}", "--label", f"{_OWNER}={_host()} {os.getpid()}")
    name = _docker("run", "--detach", *_STRICT, *published, *given, image.digest)
    try:
        port = _await_ready(name)
        yield f"http://127.0.0.1:{port}"
    finally:
        _docker("rm", "--force", "--volumes", name)


def _await_ready(name: str) -> int:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if _docker("inspect", "--format", "{{.State.Running}}", name) != "true":
            raise OutsideError(f"the image ended at once: {_said(name)}")
        published = _docker("port", name, str(PORT)).splitlines()
        if published and _is_ready(port := int(published[0].rpartition(":")[2])):
            return port
        time.sleep(0.1)
    raise OutsideError(f"the image was not ready within {_SECONDS} s: {_said(name)}")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _said(name: str) -> str:
    done = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()[-1000:]


def _remove_orphans() -> None:
    """Those of publishers on this machine that were killed."""
    form = f'{{{{.ID}}}} {{{{.Label "{_OWNER}"}}}}'
    for line in _docker("ps", "--all", "--filter", f"label={_OWNER}", "--format", form).splitlines():
        name, host, owner = line.split()
        if host == _host() and not Path(f"/proc/{owner}").exists():
            _docker("rm", "--force", "--volumes", name)


def _host() -> str:
    return socket.gethostname() or "here"


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=_SECONDS)
    except OSError as error:
        raise OutsideError(f"docker could not be started: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"docker {arguments[0]} did not end within {_SECONDS} s") from error
    if done.returncode:
        raise OutsideError(f"docker {arguments[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()
