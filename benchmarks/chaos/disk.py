"""A disk that fills up: `python -m benchmarks.chaos.disk [--points N]`, as root on Linux, for it mounts a small file system in memory.

Project, store, artifacts and temporary files lie on it. For each operation the free space is set to values from nothing to what
it needs, so that every write is the one that fails. What an operation may end with is 0, or 4 with a message about space; once there is space
again the same command has to complete it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.chaos.invariants import Store
from benchmarks.chaos.operations import OPERATIONS, Operation
from benchmarks.chaos.processes import Ended, expect_done, forked, preload
from benchmarks.chaos.scenes import local_scene
from modelratchet.errors import ExitCode
from tests.samples.candidates import MODEL

SIZE_BYTES = 64 << 20
BLOCK_BYTES = 4096


@dataclass(frozen=True)
class Filled:
    """What came of an operation with so much free space."""

    free_bytes: int
    first: Ended
    faults: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each operation; 1 if anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=40, help="amounts of free space to try")
    parser.add_argument("--what", nargs="+", choices=list(OPERATIONS), default=list(OPERATIONS))
    options = parser.parse_args(arguments)
    preload()
    print(
        "| operation | needs, KiB | amounts tried | ended with 0 | ended with 4 | other ends | broken or not completed |"
    )
    print(f"|{'---|' * 7}")
    started, found = time.perf_counter(), []
    for operation in [operation for what in options.what for operation in OPERATIONS[what]]:
        with small_disk(SIZE_BYTES) as disk:
            seen = list(fill(operation, disk, options.points))
        print(f"| {operation.name} | {_counts(seen)} |", flush=True)
        found += seen
    for item in [item for item in found if item.faults][:20]:
        print(f"\n{item.free_bytes} bytes free: {'; '.join(item.faults)}")
    for message, count in Counter(item.first.hint for item in found if item.first.code == ExitCode.OUTSIDE).items():
        print(f"\n{count} times: {message}")
    print(f"\n{time.perf_counter() - started:.0f} s")
    return int(any(item.faults for item in found))


@contextmanager
def small_disk(size_bytes: int) -> Iterator[Path]:
    """Mount a file system of that size.

    Raises:
        PermissionError: only root may mount.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise PermissionError("a small file system can be mounted by root on Linux only")
    folder = Path(tempfile.mkdtemp(prefix="ratchet-chaos-"))
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", folder], check=True)
    except subprocess.CalledProcessError as error:
        folder.rmdir()
        raise PermissionError(f"this machine does not let root mount: {error}") from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(operation: Operation, disk: Path, points: int) -> Iterator[Filled]:
    """Try amounts of free space up to what the operation needs, and a little more."""
    with tempfile.TemporaryDirectory(prefix="ratchet-chaos-") as outside:
        template = Path(outside) / "template"
        expect_done(forked(lambda: operation.prepare(local_scene(template))), f"preparing {operation.name}")
        needed = _needed(operation, template, disk)
        for point in range(points):
            free = int(needed * 1.1 * point / max(points - 1, 1)) // BLOCK_BYTES * BLOCK_BYTES
            yield _filled(operation, shutil.copytree(template, disk / f"trial-{point}"), free)
            shutil.rmtree(disk / f"trial-{point}")


def _needed(operation: Operation, template: Path, disk: Path) -> int:
    """The most space that the operation holds at one time, as far as its end tells and twice its database for the journal."""
    folder = shutil.copytree(template, disk / "measured")
    before = shutil.disk_usage(disk).free
    expect_done(forked(partial(_act, operation, folder)), operation.name)
    used = before - shutil.disk_usage(disk).free
    shutil.rmtree(folder)
    return used + (128 << 10)


def _filled(operation: Operation, folder: Path, free_bytes: int) -> Filled:
    ballast = folder.parent / "ballast"
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(folder).free - free_bytes)
    first = forked(partial(_act, operation, folder))
    ballast.unlink()
    faults = (
        [] if first.is_done or _says_what_to_do(first) else [f"ended with {first.code}: {first.message} / {first.hint}"]
    )
    if first.is_done and operation.is_step:
        return Filled(free_bytes, first, (*faults, *operation.faults(Store(folder, MODEL, folder))))
    again = forked(partial(_act, operation, folder))
    if again.is_done:
        faults += operation.faults(Store(folder, MODEL, folder))
    else:
        faults.append(f"not completed, {again.code}: {again.message}")
    return Filled(free_bytes, first, tuple(faults))


def _says_what_to_do(ended: Ended) -> bool:
    return ended.code == ExitCode.OUTSIDE and "space" in ended.message + ended.hint


def _act(operation: Operation, folder: Path) -> object:
    return operation.act(local_scene(folder))


def _counts(seen: Sequence[Filled]) -> str:
    codes = Counter(item.first.code for item in seen)
    others = len(seen) - codes[0] - codes[4]
    broken = sum(bool(item.faults) for item in seen)
    needed = max(item.free_bytes for item in seen) // 1024
    return " | ".join(map(str, (needed, len(seen), codes[0], codes[4], others, broken)))


if __name__ == "__main__":
    sys.exit(main())
