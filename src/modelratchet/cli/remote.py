"""`ratchet pull` and `ratchet push`: data and results of the pipeline, by DVC's remote."""

from __future__ import annotations

import click

from modelratchet.errors import ExitCode


@click.command()
def pull() -> int:
    """Bring data and outputs that this commit's dvc.lock names, and the list of runs, from DVC's remote, so that `ratchet run` need not make them again.

    What the remote lacks is left to be made. A project without a remote, or with a folder that nobody has pushed to, has nothing to bring.

    Example: ratchet pull && ratchet run
    """
    from modelratchet.wiring.remote import pulled

    click.echo(pulled())
    return ExitCode.DONE


@click.command()
@click.option("--prune", is_flag=True, help="Afterwards drop from the local cache all that this commit does not use.")
def push(prune: bool) -> int:
    """Take data, outputs and the cache of runs to DVC's remote.

    Example: ratchet run && ratchet push
    """
    from modelratchet.wiring.remote import pushed

    click.echo(pushed(prune=prune))
    return ExitCode.DONE
