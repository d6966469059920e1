"""`ratchet champion export`: who reigns, as a folder, for runs that may not ask the registry."""

from __future__ import annotations

from pathlib import Path

import click

from modelratchet.errors import ExitCode


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> int:
    """Write to FOLDER all that a candidate is judged by: ledger, champion, anchor, who was judged before.

    `ratchet run --standing FOLDER` judges by it, without a registry or a password, and records nothing.

    Example: ratchet champion export .ratchet/standing
    """
    from modelratchet.wiring.jobs import job_outputs
    from modelratchet.wiring.standing import exported_to

    written = exported_to(folder)
    state = written.history.state
    job_outputs().tell({"version": state.champion.version or ""})
    who = f"version {state.champion.version} reigns" if state.champion.exists else "nobody reigns"
    click.echo(f"{folder}: the standing of {state.model} after {state.counter} events; {who}.")
    return ExitCode.DONE
