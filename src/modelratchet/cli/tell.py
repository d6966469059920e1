"""`ratchet gate tell`: what was decided, for the job that asked: its summary, its outputs, and the page as data."""

from __future__ import annotations

from pathlib import Path

import click

from modelratchet.cli import render
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import markdown
from modelratchet.errors import ExitCode
from modelratchet.storage.files import write_bytes
from modelratchet.usecases.read_report import read_report
from modelratchet.wiring.commands import REPORT_FILES


@click.command()
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), help="Write the decision page there, as JSON.")
def tell(page: Path | None) -> int:
    """Put the decision page on the summary of the job on GitHub Actions, and hand on `decision`, `model`, `version` and `bundle`.

    Ends with 0 whatever was decided; `ratchet gate check` has the exit code.
    """
    from modelratchet.wiring.jobs import job_outputs
    from modelratchet.wiring.report import report_page

    report, composed, job = read_report(REPORT_FILES), report_page(), job_outputs()
    verdict, receipt = report.verdict, report.receipt
    if page is not None:
        write_bytes(page, json_page(composed).encode("utf-8"))
    job.summarize(markdown(composed))
    job.tell(
        {
            "decision": verdict.decision.value,
            "model": verdict.model,
            "version": receipt.version if receipt else "",
            "bundle": verdict.bundle_digest,
        }
    )
    click.echo(render.verdict_line(verdict))
    return ExitCode.DONE
