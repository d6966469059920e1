"""`ratchet show`: the candidate at a glance."""

from __future__ import annotations

import json

import click

from modelratchet.cli import render
from modelratchet.config import layout
from modelratchet.core.formats import encode
from modelratchet.errors import ExitCode
from modelratchet.usecases.read_report import Report, read_report
from modelratchet.wiring.commands import REPORT_FILES


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--slices", is_flag=True, help="The primary metric on every slice too.")
def show(as_json: bool, slices: bool) -> int:
    """Show the candidate of the latest run: metrics, verdict, version and where to look."""
    report = read_report(REPORT_FILES)
    if as_json:
        click.echo(json.dumps(encode(report), indent=2))
        return ExitCode.DONE
    click.echo(f"{report.verdict.model}, bundle {report.verdict.bundle_digest}")
    evaluation = report.evidence.evaluation
    if evaluation:
        click.echo("\n".join(render.metric_lines(evaluation, report.evidence.comparison)))
    if slices:
        click.echo("\n".join(_slice_lines(report)))
    click.echo(render.verdict_line(report.verdict))
    click.echo("\n".join(render.finding_lines(report.verdict.findings)))
    click.echo(render.version_line(report))
    click.echo(f"Data Docs: {layout.DATA_DOCS / 'index.html'}   decision page: {layout.DECISION_PAGE}")
    return ExitCode.DONE


def _slice_lines(report: Report) -> list[str]:
    evaluation = report.evidence.evaluation
    rows = [("slice", "rows", evaluation.primary if evaluation else "", "interval")]
    for item in evaluation.slices if evaluation else ():
        metric = item.metric
        cells = (
            (f"{metric.value:.4f}", f"{metric.low:.4f} .. {metric.high:.4f}") if metric else ("", "too small to say")
        )
        rows.append((f"{item.column} {item.category}", f"{item.n_rows:,}", *cells))
    return list(render.columns(rows))
