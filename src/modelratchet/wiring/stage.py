"""The edge of every pipeline stage: runs its `main`, turns errors into one message and an exit code."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modelratchet.adapters.dvc_inputs import require_recorded_inputs
from modelratchet.config.environment import JOURNAL_VARIABLE, switch_telemetry_off
from modelratchet.config.layout import JOURNAL
from modelratchet.errors import ExitCode, RatchetError
from modelratchet.storage.journal import StageRun, append_stage_run

_PR_SET_PDEATHSIG = 1
# set by DVC for the command of a stage
_STAGE_VARIABLE = "DVC_STAGE"


def run_stage(name: str, main: Callable[[], bool | None]) -> None:
    """Run one stage and end the process with the right exit code.

    Args:
        name: the stage's name in `dvc.yaml`.
        main: reads files, makes one call, writes files; returns False when there was nothing to do.
    """
    switch_telemetry_off()
    _end_with_parent()
    started = time.monotonic()
    ending = _ending_of(partial(_checked, name, main))
    run = StageRun(name, time.monotonic() - started, int(ending.code), ending.message, ending.hint, ending.did_work)
    append_stage_run(Path(os.environ.get(JOURNAL_VARIABLE, JOURNAL)), run)
    if run.message:
        with suppress(OSError, ValueError):
            print(f"{name}: {run.message}" + (f"\n{run.hint}" if run.hint else ""), file=sys.stderr)
    sys.exit(run.exit_code)


def _checked(name: str, main: Callable[[], bool | None]) -> bool | None:
    """Run a stage on inputs that are what DVC says they are; by hand, without DVC, they are whatever they are."""
    if os.environ.get(_STAGE_VARIABLE):
        require_recorded_inputs(Path(), name)
    return main()


@dataclass(frozen=True)
class _Ending:
    code: ExitCode
    message: str = ""
    hint: str = ""
    did_work: bool = True


def _ending_of(main: Callable[[], bool | None]) -> _Ending:
    try:
        return _Ending(ExitCode.DONE, did_work=main() is not False)
    except RatchetError as error:
        return _Ending(error.exit_code, error.message, error.hint)
    except KeyboardInterrupt:
        return _Ending(
            ExitCode.INTERRUPTED, "stopped before it was done", "`ratchet run` goes on from the last whole stage."
        )
    except BaseException as error:
        return _ending_of_unexpected(error)


def _ending_of_unexpected(error: BaseException) -> _Ending:
    # by name: how an error is reported is no part of what a stage makes, so none runs again when that changes
    try:
        return _Ending(*importlib.import_module("modelratchet.wiring.unexpected").ending_of(error))
    except BaseException:
        return _Ending(
            ExitCode.BUG, f"this is a bug, and no verdict: {type(error).__name__}; it could not be reported either"
        )


def _end_with_parent() -> None:
    """Ask Linux to end this process when DVC is killed: an orphaned stage would go on writing beside its successor."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
