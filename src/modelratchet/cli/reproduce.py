"""`ratchet reproduce`: make a version again from its commit, and compare."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from modelratchet.cli.progress import RunProgress
from modelratchet.cli.render import columns
from modelratchet.config import layout
from modelratchet.core.formats import encode
from modelratchet.core.reproduction import Reproduction, Sameness
from modelratchet.errors import ExitCode

LOG = layout.STATE / "reproduce.log"
_STAGES = 6


@click.command()
@click.argument("version")
@click.option("--keep", is_flag=True, help="Leave the checkout and all that was made in it.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def reproduce(version: str, keep: bool, as_json: bool) -> int:
    """Run the pipeline of VERSION's commit in a temporary checkout, and hold its bundle against the registered one.

    Ends with 0 when the two are identical or answer alike, 1 when they differ, 3 when it cannot be done.
    """
    from modelratchet.wiring.reproducing import reproduced

    with (
        RunProgress(_STAGES, LOG, is_quiet=as_json) as progress,
        reproduced(version, progress.watch, keep=keep) as (made, folder),
    ):
        if as_json:
            click.echo(json.dumps({**encode(made), "kept": str(folder) if keep else None}, indent=2))
        else:
            click.echo("\n".join(_lines(made)))
            if keep:
                click.echo(f"Kept in {folder}; `git worktree remove --force {folder}/checkout` takes it away.")
    return ExitCode.REJECTED if made.sameness is Sameness.DIFFERENT else ExitCode.DONE


def _lines(made: Reproduction) -> Iterator[str]:
    yield f"{made.model} version {made.version}, commit {made.commit}: {made.sameness.value.upper()}"
    if made.sameness is Sameness.IDENTICAL:
        yield f"The same bytes: bundle {made.expected_digest}"
        return
    agreement = made.agreement
    if agreement is None:
        yield "The two cannot be asked the same rows: their columns or classes differ."
    else:
        yield (
            f"On {agreement.n_rows:,} held-out rows scores differ by {agreement.largest_difference:.2g} at most"
            f" (tolerance {made.tolerance:g}), and {agreement.changed_labels:,} labels change."
        )
    yield "Where they part:"
    yield from columns([("what", "registered", "made again")] + [(p.name, p.expected, p.found) for p in made.partings])
