"""Text of the reports that several commands print. Plain text, so that it survives logs and pipes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from modelratchet.core.comparison import Comparison, Contest, Difference
from modelratchet.core.evidence import Evaluation
from modelratchet.core.page.escaping import plain
from modelratchet.core.paired import interval
from modelratchet.core.verdict import Finding, Outcome, Verdict
from modelratchet.usecases.read_report import Report
from modelratchet.usecases.run_pipeline import PipelineOutcome

_MARKS = {Outcome.PASSED: "ok  ", Outcome.WARNING: "warn", Outcome.INCONCLUSIVE: "?   ", Outcome.FAILED: "FAIL"}


GAIN_HEADER = ("champion", "gain", "interval of gain")
ANCHOR_HEADER = ("anchor", "gain on anchor", "interval of gain")


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


def metric_lines(evaluation: Evaluation, comparison: Comparison | None) -> Iterator[str]:
    """Metrics with their intervals, beside the champion's and the anchor's where there is one."""
    yield f"Metrics on {evaluation.n_rows:,} held-out rows ({evaluation.confidence * 100:g} % intervals)"
    contests = _contests(comparison)
    rows = [("metric", "value", "interval", *(cell for header in contests for cell in header))]
    for metric in evaluation.metrics:
        name = f"{metric.name} *" if metric.name == evaluation.primary else metric.name
        row = [name, f"{metric.value:.4f}", f"{metric.low:.4f} .. {metric.high:.4f}"]
        for contest in contests.values():
            row += gain_cells(contest.difference(metric.name), evaluation.confidence)
        rows.append(tuple(row))
    yield from columns(rows)
    if (calibration := evaluation.calibration) is not None:
        yield f"  calibration error {calibration.error:.4f} ({calibration.low:.4f} .. {calibration.high:.4f}), {calibration.n_bins} bins"


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What a table of metrics does not show: how often the holdout was used, which rows changed, why there is no comparison."""
    standing = comparison.standing
    yield f"Holdout: candidate {standing.holdout_look} to be judged on it; anchor: candidate {standing.anchor_look}"
    if comparison.champion is not None and (churn := comparison.champion.churn) is not None:
        yield (
            f"Answers that differ from the champion's: {churn.share:.2%} of {churn.n_rows:,} rows, "
            f"{churn.mended:,} mended, {churn.broken:,} broken, {churn.moved:,} from one wrong class to another"
        )
    for contest in (comparison.champion, comparison.anchor):
        if contest is not None and contest.incomparable:
            yield f"Not compared: {contest.incomparable}"


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


def version_line(report: Report) -> str:
    """Where the verdict was recorded."""
    receipt = report.receipt
    if receipt is None:
        return "Not recorded in MLflow yet: `ratchet run` records it."
    return f"Recorded as {receipt.model} version {receipt.version} (run {receipt.run_id}) in {receipt.tracking_uri}"


def gain_cells(difference: Difference | None, confidence: float) -> tuple[str, str, str]:
    """The reference's value, the gain and its interval, under `GAIN_HEADER`; empty where there is no difference."""
    if difference is None:
        return "", "", ""
    bounds = interval(difference, confidence)
    return f"{difference.reference:.4f}", f"{difference.gain:+.4f}", f"{bounds.low:+.4f} .. {bounds.high:+.4f}"


def _contests(comparison: Comparison | None) -> dict[tuple[str, str, str], Contest]:
    """The contests that have differences, by the header of their columns."""
    found = {GAIN_HEADER: comparison.champion, ANCHOR_HEADER: comparison.anchor} if comparison else {}
    return {header: contest for header, contest in found.items() if contest is not None and contest.differences}
