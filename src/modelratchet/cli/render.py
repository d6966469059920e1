"""Text of the reports that several commands print. Plain text, so that it survives logs and pipes.

What shows intervals is in `metric_tables`, which needs the statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from modelratchet.config import layout
from modelratchet.core.plain_text import plain
from modelratchet.core.verdict import Finding, Outcome, Verdict
from modelratchet.usecases.read_report import Report
from modelratchet.usecases.run_pipeline import PipelineOutcome

_MARKS = {Outcome.PASSED: "ok  ", Outcome.WARNING: "warn", Outcome.INCONCLUSIVE: "?   ", Outcome.FAILED: "FAIL"}


def columns(rows: Iterable[Sequence[str]], indent: str = "  ") -> Iterator[str]:
    """Align cells; the first row is the header.

    >>> list(columns([("a", "b"), ("long", "c")], indent=""))
    ['a     b', 'long  c']
    """
    table = [list(row) for row in rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(table[0]))] if table else []
    for row in table:
        yield (indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()


def stage_lines(outcome: PipelineOutcome) -> Iterator[str]:
    """Each stage with its time; the ones that were left alone in one line."""
    ran = [run for run in outcome.ran if run.did_work]
    total = sum(run.seconds for run in outcome.ran)
    yield f"Stages ({total:.1f} s)"
    yield from columns([(run.stage, f"{run.seconds:6.1f} s") for run in ran])
    unchanged = [*outcome.kept, *(run.stage for run in outcome.ran if not run.did_work)]
    if unchanged:
        yield f"  unchanged: {', '.join(unchanged)}"


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """One line a finding, its outcome in front. Its words may come from data: nothing in them moves the cursor or hides a line."""
    for finding in findings:
        yield f"  {_MARKS[finding.outcome]}  {finding.rule}: {plain(finding.message)}"


def verdict_line(verdict: Verdict) -> str:
    """The decision, and against whom."""
    against = (
        f"against champion version {verdict.champion_version}"
        if verdict.champion_version
        else "no champion yet: the floors decide"
    )
    return f"Verdict: {verdict.decision.value.upper()} ({against})"


def page_line(report: Report) -> str:
    """Where to look; the page on disk is of this run's own verdict, which may not be the one that counts."""
    page = "`ratchet gate report`" if report.is_earlier else str(layout.DECISION_PAGE)
    return f"Data Docs: {layout.DATA_DOCS / 'index.html'}   decision page: {page}"


def version_line(report: Report) -> str:
    """Where the verdict was recorded, or with which version the candidate is one."""
    receipt = report.receipt
    if receipt is None:
        return "Not recorded in MLflow yet: `ratchet run` records it."
    named = f"version {receipt.version} (run {receipt.run_id}) in {receipt.tracking_uri}"
    if receipt.version == report.verdict.champion_version:
        return f"The same model as the champion, {named}: nothing was recorded, and no look at the holdout was spent."
    if report.is_earlier:
        earlier = "judged already in the same standing, under the same policy and rules: that verdict stands"
        return f"The same model as {named}, {earlier}. Nothing was recorded, and no look at the holdout was spent."
    return f"Recorded as {receipt.model} {named}"
