"""`ratchet package`: the candidate's bundle as something that can be served."""

from __future__ import annotations

import json

import click

from modelratchet.errors import ExitCode
from modelratchet.wiring.packaging import package_bundle


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def package(as_json: bool) -> int:
    """Build a bento of the candidate's bundle, with nothing of training in it."""
    packaged = package_bundle()
    if as_json:
        click.echo(json.dumps({"tag": packaged.tag, "folder": str(packaged.folder)}, indent=2))
    else:
        click.echo(f"Built {packaged.tag} in {packaged.folder}")
        click.echo(f"Serve it: RATCHET_BUNDLE={packaged.folder}/src/bundle bentoml serve {packaged.tag}")
    return ExitCode.DONE
