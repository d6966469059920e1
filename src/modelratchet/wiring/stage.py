"""The edge of every pipeline stage: runs its `main`, turns errors into one message and an exit code."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from modelratchet.config.environment import switch_telemetry_off
from modelratchet.config.layout import JOURNAL
from modelratchet.errors import ExitCode, RatchetError
from modelratchet.storage.files import storage_error
from modelratchet.storage.journal import StageRun, append_stage_run

_PR_SET_PDEATHSIG = 1


def run_stage(name: str, main: Callable[[], None]) -> None:
    """Run one stage and end the process with the right exit code.

    Args:
        name: the stage's name in `dvc.yaml`.
        main: reads files, makes one call, writes files.
    """
    switch_telemetry_off()
    _end_with_parent()
    started = time.monotonic()
    code, message, hint = _outcome(main)
    append_stage_run(JOURNAL, StageRun(name, time.monotonic() - started, int(code), message, hint))
    if message:
        print(f"{name}: {message}" + (f"\n{hint}" if hint else ""), file=sys.stderr)
    sys.exit(int(code))


def _outcome(main: Callable[[], None]) -> tuple[ExitCode, str, str]:
    try:
        main()
    except RatchetError as error:
        return error.exit_code, error.message, error.hint
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED, "stopped before it was done", "Run `ratchet run` to go on from the last whole stage."
    except OSError as error:
        failure = storage_error(Path(error.filename or "a file"), error)
        traceback.print_exc()
        return failure.exit_code, failure.message, failure.hint
    except Exception as error:  # the edge: whatever else comes is a fault of ours or of project.py
        traceback.print_exc()
        return ExitCode.USAGE, f"failed with {type(error).__name__}: {error}", "The traceback above shows where."
    return ExitCode.DONE, "", ""


def _end_with_parent() -> None:
    """Ask Linux to end this process when DVC is killed: an orphaned stage would go on writing beside its successor."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
