"""`ratchet params`: check the settings, or print what may stand in them."""

from __future__ import annotations

import json

import click

from modelratchet.errors import ExitCode


@click.command()
@click.option("--schema", is_flag=True, help="Print the JSON schema of params.yaml.")
def params(schema: bool) -> int:
    """Check params.yaml and print every setting, defaults included."""
    import yaml

    from modelratchet.config.params import Params
    from modelratchet.config.reading import load_params

    if schema:
        click.echo(json.dumps(Params.model_json_schema(), indent=2))
    else:
        click.echo(yaml.safe_dump(load_params().model_dump(mode="json"), sort_keys=False), nl=False)
    return ExitCode.DONE
