"""The data check's findings."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.data_check import Severity
from modelratchet.core.evidence import Evidence
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome


def check_data(evidence: Evidence, _policy: Policy) -> Iterator[Finding]:
    """Judge the data check."""
    check = evidence.data_check
    if check is None:
        yield missing("data", "data check")
        return
    if not check.has_critical:
        numbers = {"expectations": float(check.n_expectations), "failed": float(len(check.failed))}
        message = f"{check.n_expectations} expectations on {check.n_rows:,} rows, none critical failed"
        yield Finding("data", "rows", Outcome.PASSED, message, numbers)
    for failure in check.failed:
        outcome = Outcome.FAILED if failure.severity is Severity.CRITICAL else Outcome.WARNING
        numbers = {"count": float(failure.count), "share": failure.share}
        yield Finding("data", failure.column or "table", outcome, failure.message, numbers)
