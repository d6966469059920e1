"""`ratchet audit`: known vulnerabilities of what a lock or a bill of materials names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from modelratchet.cli.render import columns
from modelratchet.core.advisories import Audit, WeighedAdvisory, Weight
from modelratchet.core.formats import encode
from modelratchet.core.plain_text import plain
from modelratchet.errors import ExitCode

_FILE = click.Path(path_type=Path)
_MARKS = {Weight.FAILS: "FAIL", Weight.EXCEPTED: "ok", Weight.NO_FIX: "--"}


@click.command()
@click.argument("locks", nargs=-1, type=_FILE, metavar="[LOCK|BILL]...")
@click.option(
    "--advisories", type=_FILE, help="Audit by these OSV records; default: RATCHET_ADVISORIES, or OSV's service."
)
@click.option("--exemptions", type=_FILE, help="Vulnerabilities that may pass; default: audit.yaml.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def audit(locks: Sequence[Path], advisories: Path | None, exemptions: Path | None, as_json: bool) -> int:
    """Hold locked Python packages, those of the serving image unless others are named, against known vulnerabilities.

    Ends with 1 when one of them could be mended and is not excepted, with 4 when no source of advisories answers.

    Example: ratchet audit requirements.lock build/bills/flights-late-0594c228e569-7e8354d7.cdx.json
    """
    from modelratchet.wiring.auditing import audited

    found = audited(locks, advisories, exemptions)
    click.echo(json.dumps(encode(found), indent=2) if as_json else "\n".join(_lines(found)))
    return ExitCode.REJECTED if found.failures else ExitCode.DONE


def _lines(found: Audit) -> list[str]:
    rows = [tuple(map(plain, (_MARKS[item.weight], *_told(item)))) for item in found.found]
    as_of = f", as of {found.as_of}" if found.as_of else ""
    counts = f"{len(found.failures)} fail" if found.failures else "none fails"
    return [
        *(columns(rows, indent="") if rows else []),
        f"{found.n_packages} packages by {found.source}{as_of}: {len(found.found)} advisories, {counts}.",
    ]


def _told(item: WeighedAdvisory) -> tuple[str, str, str, str]:
    return item.advisory.package, item.advisory.version, item.advisory.name, item.why
