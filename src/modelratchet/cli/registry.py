"""`ratchet registry`: what whoever sets up a team's registry needs, once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from modelratchet.core.formats import encode
from modelratchet.errors import ExitCode
from modelratchet.usecases.migrate_registry import Migration, Outcome, Step

_SAID = {
    Outcome.MIGRATED: "Everything is in {target} now; files are in {artifacts}.",
    Outcome.NOTHING_TO_DO: "{target} was given all of this before; nothing to do.",
    Outcome.REHEARSED: "Nothing stands against it; nothing was written.",
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def registry() -> None:
    """Move the registry to a team's server, and let users in."""


@registry.command()
@click.option(
    "--to", "target", required=True, metavar="URI", help="The team's database: postgresql+psycopg2://USER@HOST/DATABASE"
)
@click.option(
    "--artifacts",
    required=True,
    metavar="URI",
    help="Where the team's files lie: what the server has as --artifacts-destination.",
)
@click.option(
    "--from",
    "source",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The SQLite file; default: the one that MLFLOW_TRACKING_URI names, or mlflow.db here.",
)
@click.option(
    "--direct", is_flag=True, help="Clients reach the files themselves: the server runs with --no-serve-artifacts."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be moved, and what stands against it.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def migrate(  # noqa: PLR0913 - its options
    target: str, artifacts: str, *, source: Path | None, direct: bool, dry_run: bool, as_json: bool
) -> int:
    """Copy the SQLite store to a team's PostgreSQL and object store: same run ids, versions, aliases, ledger, times.

    Passwords come from PGPASSWORD or ~/.pgpass, and from AWS_*. Nothing appears before all of it has been read back and compared; a call that was
    stopped goes on where it was, one that was done says so. The old store is only read.

    Example: ratchet registry migrate --to postgresql+psycopg2://mlflow@localhost/mlflow --artifacts s3://models/mlflow
    """
    from modelratchet.wiring.team import Move, migrated

    move = Move(source, target, artifacts, direct)
    with _progress(is_quiet=as_json) as watch:
        done = migrated(move, watch, is_rehearsal=dry_run)
    if as_json:
        click.echo(json.dumps(encode(done), indent=2))
        return ExitCode.DONE
    click.echo("\n".join(_lines(done)))
    return ExitCode.DONE


@registry.command()
@click.argument("name")
@click.option(
    "--may",
    type=click.Choice(["read", "write", "nothing"]),
    required=True,
    help="What it may do with all runs and models.",
)
@click.option("--new-password", is_flag=True, help="Give one that is there already another password.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def user(name: str, may: str, new_password: bool, as_json: bool) -> int:
    """Let NAME into the team's server, or change what it may do there. The password is made here, and shown this once.

    MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD are those of whoever administers the server.

    Example: ratchet registry user ci --may write
    """
    from modelratchet.usecases.ports.team import May
    from modelratchet.wiring.team import admitted

    done = admitted(name, May(may), renew=new_password)
    if as_json:
        click.echo(json.dumps(encode(done), indent=2))
        return ExitCode.DONE
    can = "do nothing now" if done.may is May.NOTHING else done.may.value
    click.echo(f"{done.user} {'is new' if done.is_new else 'was there'}, and may {can}.")
    if done.password is None:
        click.echo("The password stays; --new-password makes another.")
    else:
        click.echo(f"MLFLOW_TRACKING_USERNAME={done.user}\nMLFLOW_TRACKING_PASSWORD={done.password}")
    return ExitCode.DONE


def _lines(done: Migration) -> Iterator[str]:
    for table in ("experiments", "runs", "metrics", "params", "tags", "registered_models", "model_versions"):
        yield f"{done.rows.get(table, 0):>9} {table.replace('_', ' ')}"
    yield f"{sum(done.rows.values()):>9} rows in all"
    yield f"{done.n_files:>9} files, {done.size_bytes / 1e6:.1f} MB; {done.n_sent} were sent now"
    yield _SAID[done.outcome].format(target=done.target, artifacts=done.artifacts)
    if done.outcome is not Outcome.REHEARSED:
        yield "Set MLFLOW_TRACKING_URI to the server's address, then look: ratchet verify"


@contextmanager
def _progress(*, is_quiet: bool) -> Iterator[Callable[[Step], None]]:
    """A bar of bytes on a terminal; elsewhere a line for each new thing that is done."""
    if is_quiet or not sys.stderr.isatty():
        said: list[str] = []

        def tell(step: Step) -> None:
            if not is_quiet and step.doing not in said:
                said.append(step.doing)
                click.echo(step.doing, err=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(
            task, description=step.doing, completed=step.done_bytes, total=step.all_bytes or None
        )
