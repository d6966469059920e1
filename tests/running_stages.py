"""A stage of a pipeline in its middle: stopped there for as long as a test needs to do something to it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.patience import wait_until


@contextmanager
def in_the_middle_of(stage: str, folder: Path) -> Iterator[None]:
    """Wait until a folder's stage runs, and let it stand still until the block is over."""
    found: list[int] = []

    def is_running() -> bool:
        found[:] = _processes_of(stage, folder)
        return bool(found)

    wait_until(is_running, f"for stage {stage} in {folder}")
    _tell(found, signal.SIGSTOP)
    try:
        yield
    finally:
        _tell(found, signal.SIGCONT)


def processes_in(folder: Path) -> list[Path]:
    """Folders below /proc of the processes that work in a folder."""
    return [path.parent for path in Path("/proc").glob("[0-9]*/cwd") if _leads_to(path, folder)]


def _processes_of(stage: str, folder: Path) -> list[int]:
    found = []
    for path in processes_in(folder):
        with suppress(OSError):
            if f"\0-m\0pipeline.{stage}\0".encode() in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return found


def _tell(processes: list[int], what: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, what)


def _leads_to(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == folder
    except OSError:
        return False
