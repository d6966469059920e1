"""A real server, `python -m modelratchet.serving`, on a bundle."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from modelratchet.adapters.uvicorn_model_server.environment import HOST, gate_environment
from modelratchet.adapters.uvicorn_model_server.processes import ServerProcess, running_server
from modelratchet.storage.bundles import Bundle, write_bundle

START_SECONDS = 60


class Running(NamedTuple):
    address: str
    process: ServerProcess


@contextmanager
def running(bundle: Bundle, folder: Path, **environment: str) -> Iterator[Running]:
    """Serve it until the block ends; the server's files and its log lie in `folder`."""
    write_bundle(bundle, folder / "bundle")
    told = {**gate_environment(folder / "bundle"), **environment}
    with running_server(folder, told) as process:
        address = f"http://{HOST}:{process.port}"
        until = time.monotonic() + START_SECONDS
        while not _answers(f"{address}/readyz"):
            process.refuse_ended()
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.05)
        yield Running(address, process)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False
