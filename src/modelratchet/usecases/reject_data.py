"""Says why rows may not be trained on, for the person who has to mend them. The check stage calls it through wiring."""

from __future__ import annotations

from modelratchet.core.data_check import DataCheck, FailedExpectation, Severity


def rejection(check: DataCheck) -> str:
    """One line for each failed critical expectation; empty if there is none."""
    critical = [failure for failure in check.failed if failure.severity is Severity.CRITICAL]
    if not critical:
        return ""
    warnings = len(check.failed) - len(critical)
    also = f" ({warnings} {'warning' if warnings == 1 else 'warnings'} besides)" if warnings else ""
    head = f"{len(critical)} of {check.n_expectations} expectations failed on {check.n_rows:,} rows and are critical{also}:"
    return "\n".join([head, *(f"  - {_line(failure)}" for failure in critical)])


def _line(failure: FailedExpectation) -> str:
    where = f"{failure.column}: " if failure.column else ""
    rows = f" [{failure.count:,} rows, {failure.share:.2%}]".replace("%]", " %]") if failure.count else ""
    sample = f"; such as {', '.join(failure.sample)}" if failure.sample else ""
    return f"{where}{failure.message}{rows}{sample} ({failure.expectation})"
