"""`ratchet show`: the candidate at a glance."""

from __future__ import annotations

import json

import click

from modelratchet.cli import metric_tables, render
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.formats import encode
from modelratchet.core.tasks import Task
from modelratchet.errors import ExitCode
from modelratchet.usecases.read_report import Report, read_report
from modelratchet.wiring.commands import REPORT_FILES


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--slices", is_flag=True, help="The primary metric on every slice, and the rates of groups, too.")
def show(as_json: bool, slices: bool) -> int:
    """Show the candidate of the latest run: metrics, verdict, version and where to look."""
    report = read_report(REPORT_FILES)
    if as_json:
        click.echo(json.dumps(encode(report), indent=2))
        return ExitCode.DONE
    click.echo(f"{report.verdict.model}, model {report.verdict.model_digest}, bundle {report.verdict.bundle_digest}")
    evaluation = report.evidence.evaluation
    if evaluation:
        click.echo("\n".join(metric_tables.metric_lines(evaluation, report.evidence.comparison)))
    if report.evidence.comparison:
        click.echo("\n".join(metric_tables.comparison_lines(report.evidence.comparison)))
    if slices:
        click.echo("\n".join(_slice_lines(report)))
    click.echo(render.verdict_line(report.verdict))
    click.echo("\n".join(render.finding_lines(report.verdict.findings)))
    click.echo(render.version_line(report))
    click.echo(render.page_line(report))
    return ExitCode.DONE


def _slice_lines(report: Report) -> list[str]:
    evaluation, comparison = report.evidence.evaluation, report.evidence.comparison
    if evaluation is None:
        return []
    against = comparison.champion if comparison else None
    gains = {(item.column, item.category): item.difference for item in against.slices} if against else {}
    rows = [("slice", "rows", evaluation.primary, "interval", *metric_tables.GAIN_HEADER)]
    for item in evaluation.slices:
        metric = item.metric
        cells = (
            (f"{metric.value:.4f}", f"{metric.low:.4f} .. {metric.high:.4f}") if metric else ("", "too small to say")
        )
        gain = metric_tables.gain_cells(gains.get((item.column, item.category)), evaluation.confidence)
        rows.append((f"{item.column} {item.category}", f"{item.n_rows:,}", *cells, *gain))
    return [*render.columns(rows), *_group_lines(evaluation)]


def _group_lines(evaluation: Evaluation) -> list[str]:
    if not evaluation.groups:
        return []
    rate = "answered positive" if evaluation.task is Task.BINARY else "answered rightly"
    groups = [
        (f"{item.column} {item.category}", f"{item.n_rows:,}", f"{item.count / item.n_rows:.4f}")
        for item in evaluation.groups
    ]
    return list(render.columns([("group", "rows", rate), *groups]))
