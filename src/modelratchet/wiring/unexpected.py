"""How a stage ends by an error that nobody expected: the disk's fault, or that of the project's own code, or a bug. `wiring.stage` loads it by its name."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from modelratchet.errors import ExitCode
from modelratchet.storage.bug_reports import disk_fault, is_debugging, reason_of, report_bug, traceback_of

_PACKAGE = Path(__file__).parents[1]


def ending_of(error: BaseException) -> tuple[ExitCode, str, str]:
    """The exit code, the message and the hint; a bug is reported in a file."""
    if is_debugging():
        print(traceback_of(error), file=sys.stderr)
    if fault := disk_fault(error):
        return fault.exit_code, fault.message, fault.hint
    if place := _own_line(error):
        return (
            ExitCode.USAGE,
            f"{place} failed: {reason_of(error)}",
            "Mend it there; RATCHET_DEBUG=1 prints the traceback.",
        )
    report = report_bug(error, sys.orig_argv)
    if not (report.is_kept or is_debugging()):
        print(report.text, file=sys.stderr)
    return ExitCode.BUG, report.line, ""


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
