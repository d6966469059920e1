"""`ratchet backtest`: what a changed policy would have decided."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelratchet.cli.render import columns
from modelratchet.core.formats import encode
from modelratchet.core.plain_text import plain
from modelratchet.errors import ExitCode

if TYPE_CHECKING:
    from modelratchet.usecases.backtest import Backtest, Replay, Turned

_SHORT = 8


@click.command()
@click.option("--params", type=click.Path(path_type=Path), help="The settings to try; default: params.yaml.")
@click.option("--revision", help="Take the settings from this revision of git instead of the folder.")
@click.option("--json", "as_json", is_flag=True, help="Print every replay as JSON.")
def backtest(params: Path | None, revision: str | None, as_json: bool) -> int:
    """Replay every recorded candidate against a policy, and show which decisions would change. Writes nothing.

    Ends with 3 when recorded evidence is not what it was.
    """
    from modelratchet.wiring.backtesting import backtested

    found = backtested(params, revision)
    click.echo(json.dumps(encode(found), indent=2) if as_json else "\n".join(_lines(found)))
    return ExitCode.EVIDENCE if any(item.is_untrusted for item in found.skipped) else ExitCode.DONE


def _lines(found: Backtest) -> Iterator[str]:
    kept = len(found.replays) - len(found.changed)
    yield f"{found.model}: {len(found.replays)} candidates replayed, {len(found.changed)} decisions change, {kept} stand."
    if found.changed:
        rows = [("run", "version", "recorded", "replayed", "because")]
        yield from columns(rows + [row for replay in found.changed for row in _rows(replay)])
        moves = Counter((replay.recorded.value, replay.replayed.value) for replay in found.changed)
        yield ", ".join(f"{count} from {old} to {new}" for (old, new), count in sorted(moves.items()))
    for item in found.skipped:
        mark = "UNTRUSTED" if item.is_untrusted else "skipped"
        yield f"{mark}: run {item.run_id[:_SHORT]}, version {item.version}: {plain(item.reason)}"


def _rows(replay: Replay) -> Iterator[tuple[str, str, str, str, str]]:
    first = (replay.run_id[:_SHORT], replay.version, replay.recorded.value, replay.replayed.value)
    for turned in replay.turned:
        yield (*first, _because(turned))
        first = ("", "", "", "")
    if not replay.turned:
        yield (*first, "")


def _because(turned: Turned) -> str:
    before, after = (outcome.value if outcome else "not asked" for outcome in (turned.before, turned.after))
    return f"{turned.rule} {turned.subject}: {before} -> {after}: {plain(turned.message)}"
