"""`ratchet verify-image`: whether an image in a registry holds a bundle that was promoted."""

from __future__ import annotations

from pathlib import Path

import click

from modelratchet.cli.verify import show_checks
from modelratchet.errors import ExitCode
from modelratchet.usecases.checks import wrong


@click.command("verify-image")
@click.argument("image", required=False, metavar="[REPOSITORY[:TAG|@DIGEST]]")
@click.option("--key", type=click.Path(path_type=Path), help="The public key, as PEM; default: RATCHET_VERIFY_KEY.")
@click.option("--minimum-counter", type=click.IntRange(min=1), help="Refuse a record older than the one seen last.")
@click.option("--ledger", "asks_ledger", is_flag=True, help="Ask the ledger, too, whether it has that promotion.")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def verify_image(
    image: str | None, key: Path | None, minimum_counter: int | None, asks_ledger: bool, as_json: bool
) -> int:
    """Check IMAGE from its digest to its promotion, with a public key and no registry of models.

    Without a name it is `latest` of RATCHET_IMAGE_REPOSITORY. Ends with 3 when anything is wrong, and names it.

    Example: ratchet verify-image ghcr.io/somebody/flights-late@sha256:… --key public.pem
    """
    from modelratchet.wiring.checking_images import verified_image

    checks = verified_image(image, key, minimum_counter, asks_ledger=asks_ledger)
    show_checks(checks, as_json)
    return ExitCode.EVIDENCE if wrong(checks) else ExitCode.DONE
