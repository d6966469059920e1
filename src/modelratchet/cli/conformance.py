"""`ratchet conformance`: asks a running server everything that every platform may ask, and prints what it answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from modelratchet.cli.render import columns
from modelratchet.conformance.endpoint import Endpoint
from modelratchet.conformance.results import CheckResult, Outcome
from modelratchet.conformance.subject import VertexRoutes
from modelratchet.conformance.suite import NAMES, run, subject_of
from modelratchet.core.formats import encode
from modelratchet.errors import ExitCode

_HEADER = ("", "protocol", "check", "expected", "found")
_WIDTHS = (4, 14, 48, 40, 60)
_MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAIL", Outcome.NOT_OFFERED: "--"}
_COLOURS = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.NOT_OFFERED: "yellow"}


@click.command()
@click.argument("url")
@click.option(
    "--protocol", "protocols", multiple=True, type=click.Choice(NAMES), help="Only this one; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.option(
    "--schema",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="schema.json, where there is no /schema.",
)
@click.option("-H", "--header", "headers", multiple=True, help="Sent with every request: 'Authorization: Bearer …'.")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=30.0, show_default=True, help="Seconds for an answer."
)
@click.option("--health-route", envvar="AIP_HEALTH_ROUTE", default="", help="Vertex AI's; default: AIP_HEALTH_ROUTE.")
@click.option(
    "--predict-route", envvar="AIP_PREDICT_ROUTE", default="", help="Vertex AI's; default: AIP_PREDICT_ROUTE."
)
def conformance(  # noqa: PLR0913, PLR0917 - click hands over each option
    url: str,
    protocols: Sequence[str],
    as_json: bool,
    schema: Path | None,
    headers: Sequence[str],
    timeout: float,
    health_route: str,
    predict_route: str,
) -> int:
    """Ask the server at URL, which may have a path in front, what every platform's protocol promises.

    What it does not offer is said and is no failure, unless it is named by --protocol. Ends with 1 when a check failed, with 4 when no
    server answers.
    """
    endpoint = Endpoint(url, _split(headers), timeout)
    subject = subject_of(endpoint, schema, VertexRoutes(health_route, predict_route))
    with _progress(is_shown=sys.stderr.isatty() and not as_json) as show:
        results = list(_shown(run(subject, protocols), show))
    endpoint.close()
    if as_json:
        click.echo(json.dumps(encode(results), indent=2))
    else:
        _print(results)
    return ExitCode.REJECTED if _failed(results) else ExitCode.DONE


def _split(headers: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip() or not (header.isascii() and header.isprintable()):
            raise click.UsageError(f"found header {header!r}, expected 'Name: value' in ASCII")
        found[name.strip()] = value.strip()
    return found


def _print(results: Sequence[CheckResult]) -> None:
    rows = [(_MARKS[item.outcome], item.protocol, item.check, item.expected, item.found) for item in results]
    cut = [tuple(_cut(cell, width) for cell, width in zip(row, _WIDTHS, strict=True)) for row in (_HEADER, *rows)]
    header, *lines = columns(cut, indent="")
    click.echo(header)
    for line, item in zip(lines, results, strict=True):
        click.echo(click.style(line[:4], fg=_COLOURS[item.outcome]) + line[4:])
    counts = {outcome: sum(item.outcome is outcome for item in results) for outcome in Outcome}
    absent = f", {counts[Outcome.NOT_OFFERED]} protocols not offered" if counts[Outcome.NOT_OFFERED] else ""
    click.echo(f"{counts[Outcome.PASSED]} of {len(results) - counts[Outcome.NOT_OFFERED]} checks passed{absent}.")


def _cut(text: str, width: int) -> str:
    """In one line that fits: what a stranger's server says may be long, and hold signs that move the cursor."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def _failed(results: Sequence[CheckResult]) -> bool:
    return any(item.outcome is Outcome.FAILED for item in results)


def _shown(results: Iterable[CheckResult], show: Callable[[str], None]) -> Iterator[CheckResult]:
    for number, item in enumerate(results, start=1):
        show(f"{number:3} {item.protocol}: {item.check}")
        yield item


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[Callable[[str], None]]:
    """One line that tells what was asked last, and is gone at the end."""
    if not is_shown:
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("asking") as status:
        yield lambda text: status.update(_cut(text, 100))
