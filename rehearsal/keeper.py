"""Runs one program and ends with all that it started: `python -m rehearsal.keeper PROGRAM ...`.

`act` gives each step a process group of its own, and the steps start servers and engines. The keeper is the reaper of all of them
(PR_SET_CHILD_SUBREAPER): whoever loses its parent becomes the keeper's child and is killed when the program ends. The keeper itself gets
SIGTERM when whoever started it dies (PR_SET_PDEATHSIG).

SIGINT is handed to the program: `act` then cancels as GitHub does. SIGTERM kills everything at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main(command: list[str]) -> int:
    """Run the command; its exit code, or 143 when it was told to stop."""
    _libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.signal(signal.SIGTERM, _stop)
    try:
        # within: whoever ends us while the program begins would else leave what it has started
        process = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509 (no threads here)
        signal.signal(signal.SIGINT, lambda *_: process.send_signal(signal.SIGINT))
        return process.wait()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end_children()


def end_children() -> None:
    """Kill everything below this process, until nothing is left: what is killed hands its children up to us."""
    while found := descendants(os.getpid()):
        for process_id in found:
            _kill(process_id)
        _reap()
        time.sleep(0.005)


def descendants(process_id: int) -> list[int]:
    """Processes below one, those that have ended but not been waited for included."""
    below = []
    for path in Path(f"/proc/{process_id}/task").glob("*/children"):
        for child in _read(path).split():
            below += [int(child), *descendants(int(child))]
    return below


def _stop(*_: int | FrameType | None) -> None:
    # asked twice, the first answer would be broken off
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def _die_with_parent() -> None:
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _kill(process_id: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
