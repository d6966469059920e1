"""`ratchet verify`: whether a certificate, or all that the registry holds of promotions, can be believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from modelratchet.cli.render import columns
from modelratchet.core.formats import encode
from modelratchet.core.plain_text import plain
from modelratchet.errors import ExitCode
from modelratchet.usecases.checks import Check, Status, wrong

_MARKS = {Status.RIGHT: "ok", Status.OPEN: "--", Status.WRONG: "WRONG"}


@click.command()
@click.argument("certificate", required=False, type=click.Path(path_type=Path))
@click.option(
    "--bundle", type=click.Path(path_type=Path), help="The folder of the bundle that the certificate is about."
)
@click.option("--key", type=click.Path(path_type=Path), help="The public key, as PEM; default: RATCHET_VERIFY_KEY.")
@click.option("--minimum-counter", type=click.IntRange(min=1), help="Refuse a record older than the one seen last.")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def verify(
    certificate: Path | None, bundle: Path | None, key: Path | None, minimum_counter: int | None, as_json: bool
) -> int:
    """Check CERTIFICATE against its bundle, offline; without one, all promotions in the registry.

    Ends with 3 when anything is wrong, and names it.
    """
    if certificate is None:
        if bundle or minimum_counter:
            raise click.UsageError("--bundle and --minimum-counter go with a CERTIFICATE")
        from modelratchet.wiring.certifying import verified_store

        checks = verified_store(key)
    elif bundle is None:
        raise click.UsageError("name the folder of the bundle that is to be trusted: --bundle DIR")
    else:
        from modelratchet.wiring.signing import verified_certificate

        checks = verified_certificate(certificate, bundle, key, minimum_counter)
    show_checks(checks, as_json)
    return ExitCode.EVIDENCE if wrong(checks) else ExitCode.DONE


def show_checks(checks: Sequence[Check], as_json: bool) -> None:
    """Print what a verification found, for a person or for a program."""
    if as_json:
        click.echo(json.dumps(encode(checks), indent=2))
        return
    click.echo(
        "\n".join(
            columns([(_MARKS[item.status], plain(item.subject), plain(item.message)) for item in checks], indent="")
        )
    )
    failed = wrong(checks)
    if failed:
        click.echo(f"{len(failed)} of {len(checks)} checks failed: {', '.join(item.subject for item in failed)}")
    else:
        click.echo(f"{len(checks)} checks, nothing wrong.")
