"""`ratchet doctor`: what this machine and this folder lack, and how to get it."""

from __future__ import annotations

import json

import click

from modelratchet.errors import ExitCode
from modelratchet.usecases.examine import Level, examine
from modelratchet.wiring.commands import examinations

_MARKS = {Level.FINE: "ok  ", Level.OPTIONAL: "--  ", Level.NEEDED: "MISS"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def doctor(as_json: bool) -> int:
    """Say what is missing on this machine and how to get it; ends with 2 when something needed is missing."""
    results = examine(examinations())
    if as_json:
        rows = [
            {"name": item.name, "level": item.level.value, "found": item.found, "remedy": item.remedy}
            for item in results
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        for item in results:
            click.echo(f"{_MARKS[item.level]}  {item.name:<14} {item.found}")
            if item.remedy:
                click.echo(f"{'':21}{item.remedy}")
    is_missing = any(item.level is Level.NEEDED for item in results)
    return ExitCode.USAGE if is_missing else ExitCode.DONE
