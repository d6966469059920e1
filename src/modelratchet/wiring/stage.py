"""The edge of every pipeline stage: runs its `main`, turns errors into one message and an exit code."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modelratchet.adapters.dvc_inputs import require_recorded_inputs
from modelratchet.config.environment import JOURNAL_VARIABLE, switch_telemetry_off
from modelratchet.config.layout import JOURNAL
from modelratchet.errors import ExitCode, RatchetError
from modelratchet.storage.bug_reports import disk_fault, is_debugging, report_bug
from modelratchet.storage.journal import StageRun, append_stage_run

_PR_SET_PDEATHSIG = 1
# set by DVC for the command of a stage
_STAGE_VARIABLE = "DVC_STAGE"
_PACKAGE = Path(__file__).parents[1]


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
    except (
        Exception,
        SystemExit,
    ) as error:  # the edge: whatever else comes is the disk's fault, or project.py's, or ours
        if is_debugging():
            traceback.print_exc()
        return _ending_of_unexpected(error)


def _ending_of_unexpected(error: BaseException) -> _Ending:
    if fault := disk_fault(error):
        return _Ending(fault.exit_code, fault.message, fault.hint)
    reason = f"{type(error).__name__}: {error}"
    if place := _own_line(error):
        return _Ending(
            ExitCode.USAGE, f"{place} failed: {reason}", "Mend it there; RATCHET_DEBUG=1 prints the traceback."
        )
    report = report_bug(error, sys.orig_argv)
    if not (report.is_kept or is_debugging()):
        print(report.text, file=sys.stderr)
    return _Ending(ExitCode.BUG, report.line)


def _own_line(error: BaseException) -> str:
    """The deepest line that is the project's own: what lies in this folder, but for us, the stage's file and an environment. Empty where none is."""
    here, stage = Path.cwd(), getattr(sys.modules["__main__"], "__file__", None)
    foreign = (_PACKAGE, Path(sys.prefix), *([Path(stage)] if stage else []))
    lines = [(frame.filename, frame.lineno, frame.line) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno, (error.text or "").strip()))
    for name, number, line in reversed(lines):
        path = Path(name)
        if path.is_relative_to(here) and not any(path.is_relative_to(other) for other in foreign):
            return f"{path.relative_to(here).as_posix()} in line {number} ({line})"
    return ""


def _end_with_parent() -> None:
    """Ask Linux to end this process when DVC is killed: an orphaned stage would go on writing beside its successor."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
