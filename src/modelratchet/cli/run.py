"""`ratchet run`: the pipeline, with progress and a summary."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import click

from modelratchet.cli import render
from modelratchet.cli.progress import RunProgress
from modelratchet.config import layout
from modelratchet.config.environment import STANDING_VARIABLE
from modelratchet.errors import ExitCode, MissingEvidenceError
from modelratchet.storage.bug_reports import is_debugging
from modelratchet.usecases.ports.pipeline import RunRequest
from modelratchet.usecases.read_report import Report, read_report
from modelratchet.usecases.run_pipeline import PipelineOutcome, run_pipeline
from modelratchet.wiring.commands import LOG, REPORT_FILES, pipeline_runner, the_only_run
from modelratchet.wiring.guard import check_params

LAST_STAGE_WITHOUT_REGISTRY = "decide"

NEXT_COMMANDS = (
    ("ratchet gate explain", "every rule of the verdict with its numbers"),
    ("ratchet ui", "compare the runs in MLflow"),
    ("dvc exp run -S train.estimator=random_forest", "try another estimator"),
)


@click.command()
@click.argument("stages", nargs=-1)
@click.option("--force", is_flag=True, help="Run stages though nothing changed.")
@click.option(
    "--standing",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=STANDING_VARIABLE,
    show_envvar=True,
    help="Judge by what `ratchet champion export` wrote there; no registry is asked, and nothing is recorded.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print the summary only.")
def run(stages: tuple[str, ...], force: bool, standing: Path | None, as_json: bool, quiet: bool) -> int:
    """Run the pipeline's stages whose inputs changed, and end with a recorded verdict.

    STAGES are names from dvc.yaml; with none, all of them. A run that was stopped goes on from the last whole stage.
    """
    check_params()
    if standing is not None:
        from modelratchet.wiring.registry import judge_by_export

        judge_by_export(standing)
        stages = stages or (LAST_STAGE_WITHOUT_REGISTRY,)
    # a run that is asked to end takes its stage with it, as Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    runner = pipeline_runner()
    journal = layout.STATE / f"journal-{os.getpid()}.jsonl"
    started = time.monotonic()
    try:
        with the_only_run(), RunProgress(len(runner.stages()), LOG, is_quiet=quiet) as progress:
            outcome = run_pipeline(runner, RunRequest(stages, force, journal), progress.watch)
            if not outcome.has_ended_well:
                progress.failed()
    finally:
        journal.unlink(missing_ok=True)
    if as_json:
        click.echo(json.dumps(_as_json(outcome, time.monotonic() - started), indent=2))
    elif outcome.has_ended_well:
        _print_summary(outcome)
    return ending(outcome, progress)


def ending(outcome: PipelineOutcome, progress: RunProgress) -> int:
    """Say why a run stopped, if it did, and end as the stage that stopped it did."""
    if outcome.has_ended_well:
        return ExitCode.DONE
    failed = outcome.failed
    click.echo("", err=True)
    if failed is None:
        click.echo("\n".join(progress.tail), err=True)
        click.echo(f"ratchet: the pipeline stopped; all that it printed is in {LOG}", err=True)
        return ExitCode.USAGE
    if is_debugging():
        click.echo(LOG.read_text(encoding="utf-8").rpartition(f"== {failed.stage}\n")[2], err=True)
    if failed == outcome.died:
        click.echo(f"ratchet: {failed.stage}: {failed.message}; all that was printed is in {LOG}", err=True)
        return failed.exit_code
    click.echo(f"ratchet: {failed.stage}: {failed.message}", err=True)
    if failed.hint:
        click.echo(failed.hint, err=True)
    click.echo(f"Stages that were done are kept. All that was printed is in {LOG}", err=True)
    return failed.exit_code


def _print_summary(outcome: PipelineOutcome) -> None:
    report = _report()
    if outcome.did_nothing:
        click.echo("Nothing to do: data, parameters, code and champion are the ones of last time.")
    else:
        click.echo("\n" + "\n".join(render.stage_lines(outcome)))
    if report is None:
        return
    if not outcome.did_nothing:
        evidence, verdict = report.evidence, report.verdict
        if evidence.evaluation:
            from modelratchet.cli.metric_tables import metric_lines

            click.echo("\n" + "\n".join(metric_lines(evidence.evaluation, evidence.comparison)))
        click.echo("\nFindings\n" + "\n".join(render.finding_lines(verdict.findings)))
    click.echo("\n" + render.verdict_line(report.verdict))
    click.echo(render.version_line(report))
    if not outcome.did_nothing:
        click.echo(render.page_line(report))
        click.echo("\nNext\n" + "\n".join(render.columns(NEXT_COMMANDS)))


def _report() -> Report | None:
    """What is on disk; None after a run of only some stages."""
    try:
        return read_report(REPORT_FILES)
    except MissingEvidenceError:
        return None


def _as_json(outcome: PipelineOutcome, seconds: float) -> dict[str, object]:
    report = _report() if outcome.has_ended_well else None
    failed = outcome.failed
    return {
        "ended_well": outcome.has_ended_well,
        "did_nothing": outcome.did_nothing,
        "seconds": round(seconds, 3),
        "stages": {item.stage: round(item.seconds, 3) for item in outcome.ran},
        "unchanged": list(outcome.kept),
        "failed": {"stage": failed.stage, "exit_code": failed.exit_code, "message": failed.message} if failed else None,
        "decision": report.verdict.decision.value if report else None,
        "model": report.verdict.model if report else None,
        "version": report.receipt.version if report and report.receipt else None,
        "run_id": report.receipt.run_id if report and report.receipt else None,
        "judged_before": report.is_earlier if report else None,
    }
