"""`ratchet expectations`: suites that the data check holds rows against."""

from __future__ import annotations

import click

from modelratchet.errors import ExitCode


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def expectations() -> None:
    """Write suites of expectations on the rows."""


@expectations.command()
@click.argument("name")
def suggest(name: str) -> int:
    """Write expectations/NAME.json: ranges and sets that today's rows meet, all of them warnings."""
    from modelratchet.config.layout import ROWS
    from modelratchet.config.reading import load_params
    from modelratchet.wiring.data_checking import data_checker

    path = data_checker(load_params()).suggest(ROWS, name)
    click.echo(f"wrote {path}")
    click.echo(f"Edit it, then set `suite: {name}` under `check_data` in params.yaml and run `ratchet run`.")
    return ExitCode.DONE
