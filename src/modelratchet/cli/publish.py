"""`ratchet publish`: the image of a promoted version, in a registry, with all that proves it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelratchet.errors import ExitCode

if TYPE_CHECKING:
    from modelratchet.wiring.publishing import Delivery

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("name", default="champion", metavar="[champion|VERSION]")
@click.option(
    "--to", "repository", help="Where the image goes, as ghcr.io/owner/name; default: RATCHET_IMAGE_REPOSITORY."
)
@click.option("--sign", "key", type=_FILE, help="Sign with this private key (PEM); default: RATCHET_SIGNING_KEY.")
@click.option("--unsigned", is_flag=True, help="Publish without signature and statements.")
@click.option("--unpromoted", is_flag=True, help="Publish a version that the ledger does not stand by.")
@click.option("--dry-run", is_flag=True, help="Build, audit and try the image; push nothing.")
@click.option(
    "--advisories", type=_FILE, help="Audit by these OSV records; default: RATCHET_ADVISORIES, or OSV's service."
)
@click.option("--exemptions", type=_FILE, help="Vulnerabilities that may pass; default: audit.yaml.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def publish(  # noqa: PLR0913, PLR0917 - click hands over each option
    name: str,
    repository: str | None,
    key: Path | None,
    unsigned: bool,
    unpromoted: bool,
    dry_run: bool,
    advisories: Path | None,
    exemptions: Path | None,
    as_json: bool,
) -> int:
    """Publish a version's image, if it is promoted, has no vulnerability that could be mended, and passes the conformance suite.

    Doing it twice does nothing the second time. Ends with 1 when it may not be published; nothing was pushed then.

    Example: ratchet publish champion --to ghcr.io/somebody/flights-late
    """
    from modelratchet.wiring.jobs import job_outputs
    from modelratchet.wiring.publishing import Order
    from modelratchet.wiring.publishing import publish as published

    order = Order(name, repository, key, unsigned, unpromoted, dry_run, advisories, exemptions)
    with _Steps() as steps:
        delivery = published(order, steps.begin)
    found = _as_json(delivery)
    job_outputs().tell({key: _plain(value) for key, value in found.items()})
    job_outputs().summarize("\n".join(["```", *_lines(delivery), "```"]))
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(_lines(delivery)))
    return ExitCode.DONE


class _Steps:
    """A line a step on the standard error, with its time once it is over."""

    def __init__(self) -> None:
        self._since = 0.0
        self._current = ""

    def __enter__(self) -> _Steps:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end("done" if kind is None else "FAILED")

    def begin(self, step: str) -> None:
        """The step before is over."""
        self._end("done")
        self._current, self._since = step, time.monotonic()

    def _end(self, how: str) -> None:
        if self._current:
            print(f"{time.monotonic() - self._since:7.1f} s  {self._current}: {how}", file=sys.stderr, flush=True)  # noqa: T201
        self._current = ""


def _as_json(delivery: Delivery) -> dict[str, object]:
    published, edition = delivery.published, delivery.edition
    checked = published.checked
    return {
        "outcome": published.outcome,
        "image": delivery.repository,
        "digest": published.digest,
        "reference": f"{delivery.repository}@{published.digest}" if published.digest else "",
        "tags": list(published.tags),
        "moved": list(published.moved),
        "model": delivery.model,
        "version": edition.version,
        "bundle": edition.bundle,
        "commit": edition.commit,
        "bill": str(delivery.bill or ""),
        "audited_by": checked.audit.source if checked else "",
        "excepted": list(checked.audit.excepted) if checked else [],
        "conformance_checks": checked.tried.n_checks if checked else 0,
    }


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _lines(delivery: Delivery) -> list[str]:
    published, edition = delivery.published, delivery.edition
    lines = [
        f"{delivery.model} version {edition.version} ({delivery.role}): {published.outcome}",
        f"  bundle      {edition.bundle}",
    ]
    if published.digest:
        lines += [
            f"  image       {delivery.repository}@{published.digest}",
            f"  tags        {' '.join(published.tags)}",
        ]
    if published.outcome == "published":
        lines.append(f"  moved       {' '.join(published.moved) or 'none'}")
    if published.checked:
        audit, tried = published.checked.audit, published.checked.tried
        lines += [
            f"  audit       {audit.n_packages} Python packages by {audit.source}{', as of ' + audit.as_of if audit.as_of else ''}: {len(audit.found)} advisories, none that fails",
            *(
                f"              {item.advisory.package} {item.advisory.name}: {item.weight.value}, {item.why}"
                for item in audit.found
            ),
            f"  conformance {tried.n_checks} checks passed",
            f"  materials   {delivery.bill} (CycloneDX)",
        ]
    return lines
