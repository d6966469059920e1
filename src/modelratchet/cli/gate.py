"""`ratchet gate`: what was decided, and why."""

from __future__ import annotations

import json
from pathlib import Path

import click

from modelratchet.cli import render
from modelratchet.cli.tell import tell
from modelratchet.core.formats import to_document
from modelratchet.core.page.html_page import html_page
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import markdown
from modelratchet.core.verdict import Decision
from modelratchet.errors import ExitCode
from modelratchet.storage.files import write_bytes
from modelratchet.usecases.read_report import read_report
from modelratchet.wiring.commands import REPORT_FILES

_WRITERS = {"markdown": markdown, "html": html_page, "json": json_page}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def gate() -> None:
    """Ask what the gate decided about the candidate."""


@gate.command()
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def check(as_json: bool) -> int:
    """End with 0 for promote, 1 for reject or inconclusive, 3 when there is no verdict to trust."""
    verdict = read_report(REPORT_FILES).verdict
    if as_json:
        click.echo(json.dumps(to_document(verdict), indent=2))
    else:
        click.echo(render.verdict_line(verdict))
    return ExitCode.DONE if verdict.decision is Decision.PROMOTE else ExitCode.REJECTED


@gate.command()
@click.option("--json", "as_json", is_flag=True, help="Print findings and evidence as JSON.")
def explain(as_json: bool) -> int:
    """Print every finding with the numbers it rests on."""
    report = read_report(REPORT_FILES)
    if as_json:
        click.echo(
            json.dumps({"verdict": to_document(report.verdict), "evidence": to_document(report.evidence)}, indent=2)
        )
        return ExitCode.DONE
    click.echo(render.verdict_line(report.verdict))
    for finding in report.verdict.findings:
        click.echo("\n".join(render.finding_lines([finding])))
        numbers = "  ".join(f"{name} {value:g}" for name, value in finding.numbers.items())
        if numbers:
            click.echo(f"          {numbers}")
    return ExitCode.DONE


@gate.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_WRITERS)),
    default="markdown",
    show_default=True,
    help="How to write it.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file instead of printing it."
)
def report(form: str, output: Path | None) -> int:
    """Write the page to decide from: verdict, reason, what changed, intervals, slices, costs, links."""
    from modelratchet.wiring.report import report_page

    text = _WRITERS[form](report_page())
    if output:
        write_bytes(output, text.encode("utf-8"))
    else:
        click.echo(text, nl=False)
    return ExitCode.DONE


gate.add_command(tell)
