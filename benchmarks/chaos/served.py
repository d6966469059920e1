"""A real MLflow server that artifacts pass through, and proxies that spoil what passes, each in a process of its own.

The proxy has threads, and trials are forked, so neither may live in the process that forks. Called by `outages`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faulty_proxy import Faults, faulty_proxy


@contextmanager
def proxy_process(target: str, faults: Faults) -> Iterator[str]:
    """A faulty proxy in a child; gives its address."""
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _play_proxy(target, faults, (writing, parent))
    os.close(writing)
    try:
        with os.fdopen(reading) as stream:
            address = stream.readline().strip()
        yield address
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _play_proxy(target: str, faults: Faults, pipe_and_parent: tuple[int, int]) -> None:
    """Never returns; ends with its parent, should that be killed."""
    writing, parent = pipe_and_parent
    try:
        sys.stderr = sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the rest of the process
        with faulty_proxy(target, faults) as address:
            os.write(writing, f"{address}\n".encode())
            os.close(writing)
            while os.getppid() == parent:
                time.sleep(1)
    finally:
        os._exit(0)
