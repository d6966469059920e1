"""`ratchet retrain`: move the window of rows to the newest whole period, and run the pipeline on it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import click

from modelratchet.cli import render
from modelratchet.cli.progress import RunProgress
from modelratchet.cli.run import ending
from modelratchet.config import layout
from modelratchet.core.retraining import Judgement, Retraining, RetrainOutcome
from modelratchet.errors import ExitCode
from modelratchet.storage.files import write_bytes
from modelratchet.storage.settings_move import SettingsMove
from modelratchet.usecases.ports.pipeline import RunRequest
from modelratchet.usecases.retrain import carry_out, told
from modelratchet.usecases.run_pipeline import PipelineOutcome, run_pipeline
from modelratchet.wiring.commands import LOG, pipeline_runner, the_only_run
from modelratchet.wiring.guard import check_release
from modelratchet.wiring.jobs import job_outputs

_UNDONE = "params.yaml and dvc.lock are as they were before; the same command tries again."
_EDITED = "params.yaml was edited meanwhile, so it was left as it is now."


@click.command()
@click.option(
    "--through", metavar="PERIOD", help="End with this period (2013-11, 2013-W45, 2013-11-05), not the newest."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--summary",
    type=click.Path(dir_okay=False, path_type=Path),
    default=layout.RETRAIN_PAGE,
    show_default=True,
    help="Where the page for a pull request is written, as Markdown.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done, and why, as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print what was done only.")
def retrain(through: str | None, dry_run: bool, summary: Path, as_json: bool, quiet: bool) -> int:
    """Move the window of rows in params.yaml to the newest whole period, run the pipeline, and record the verdict.

    Ends with 0 when there is nothing new, and when there is a verdict, whatever it is (`ratchet gate check` tells). A run that fails is undone. One
    that was killed is gone on with by the next call. Promotes nothing.

    Example: ratchet retrain --dry-run
    """
    from modelratchet.wiring.retraining import judgement, planned, settings_move

    check_release()
    started = time.monotonic()
    # a run that is asked to end takes its stage with it, as Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with settings_move() as move:
        plan = planned(move, through or None)
        if plan.moved is None and not dry_run:
            move.undo()
        if plan.moved is None or dry_run:
            outcome = RetrainOutcome.WOULD_RETRAIN if plan.moved else RetrainOutcome.NOTHING_NEW
            return _tell(told(plan, outcome, None), summary, as_json, time.monotonic() - started)
        if not as_json:
            click.echo(plan.why, err=True)
        code = _carried_out(plan.moved.text, move, is_quiet=quiet)
    if code == ExitCode.DONE:
        _tell(told(plan, RetrainOutcome.RETRAINED, judgement()), summary, as_json, time.monotonic() - started)
    return code


def _carried_out(text: bytes, move: SettingsMove, *, is_quiet: bool) -> int:
    runner = pipeline_runner()
    journal = layout.STATE / f"journal-{os.getpid()}.jsonl"
    try:
        with the_only_run(), RunProgress(len(runner.stages()), LOG, is_quiet=is_quiet) as progress:

            def run() -> PipelineOutcome:
                outcome = run_pipeline(runner, RunRequest((), force=False, journal=journal), progress.watch)
                if not outcome.has_ended_well:
                    progress.failed()
                return outcome

            done = carry_out(text, move, run)
    finally:
        journal.unlink(missing_ok=True)
    code = ending(done.outcome, progress)
    if not done.outcome.has_ended_well:
        click.echo(_UNDONE if done.is_undone else _EDITED, err=True)
    return code


def _tell(retraining: Retraining, summary: Path, as_json: bool, seconds: float) -> int:
    from modelratchet.wiring.retraining import page_text

    page = page_text(retraining)
    write_bytes(summary, page.encode())
    jobs = job_outputs()
    jobs.tell(_outputs(retraining, summary))
    jobs.summarize(page)
    if as_json:
        click.echo(json.dumps(_as_json(retraining, seconds), indent=2))
    else:
        click.echo("\n".join(_lines(retraining, summary)))
    return ExitCode.DONE


def _recorded(model: str, found: Judgement) -> str:
    if found.version is None:
        return "Not recorded in MLflow yet."
    if found.is_earlier:
        return (
            f"The same model as version {found.version}, judged already: that verdict stands, and nothing was recorded."
        )
    return f"Recorded as {model} version {found.version}."


def _lines(retraining: Retraining, summary: Path) -> Iterator[str]:
    yield f"{retraining.title}."
    yield retraining.why
    yield from retraining.notes
    if retraining.changes:
        yield ""
        yield from render.columns(
            [("params.yaml", "was", "is"), *((key, old, new) for key, (old, new) in retraining.changes.items())]
        )
    found = retraining.judgement
    if found is None:
        return
    against = f"against champion version {found.champion}" if found.champion else "no champion yet: the floors decide"
    yield ""
    yield f"Verdict: {found.decision.value.upper()} ({against}), look {found.holdout_look} at these held-out rows"
    yield _recorded(retraining.model, found)
    yield f"Page for a pull request: {summary}"
    yield ""
    yield "Next"
    yield from render.columns(_next(retraining))


def _next(retraining: Retraining) -> list[tuple[str, str]]:
    last = retraining.window.last if retraining.window else ""
    return [
        ("ratchet gate explain", "every rule of the verdict with its numbers"),
        (f'git commit params.yaml dvc.lock -m "Retrain through {last}"', "keep the window"),
        ("ratchet promote", "make the model champion, if its verdict is to promote"),
    ]


def _outputs(retraining: Retraining, summary: Path) -> dict[str, str]:
    found, last = retraining.judgement, retraining.window.last if retraining.window else ""
    return {
        "outcome": retraining.outcome.value,
        "verdict": found.decision.value if found else "",
        "merge": "true" if retraining.merge else "false",
        "title": retraining.title,
        "period": last,
        "branch": f"retrain/{last}" if last else "",
        "page": summary.as_posix(),
    }


def _as_json(retraining: Retraining, seconds: float) -> dict[str, object]:
    window, found = retraining.window, retraining.judgement
    return {
        "outcome": retraining.outcome.value,
        "why": retraining.why,
        "title": retraining.title,
        "notes": list(retraining.notes),
        "window": {"first": window.first, "holdout": window.holdout, "last": window.last} if window else None,
        "changes": {key: list(pair) for key, pair in retraining.changes.items()},
        "model": retraining.model,
        "verdict": found.decision.value if found else None,
        "merge": retraining.merge,
        "version": found.version if found else None,
        "run_id": found.run_id if found else None,
        "holdout_look": found.holdout_look if found else None,
        "seconds": round(seconds, 3),
    }
