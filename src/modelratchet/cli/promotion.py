"""`ratchet promote`, `rollback`, `override`, `anchor`, `renew`: the verbs that write to the ledger."""

from __future__ import annotations

import json

import click

from modelratchet.core.formats import to_document
from modelratchet.core.ledger import EventKind
from modelratchet.errors import ExitCode
from modelratchet.usecases.write_ledger import Written

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the event as JSON.")
_VERSION = click.argument("version", metavar="VERSION")
_DONE = {
    EventKind.PROMOTED: "was promoted and reigns now",
    EventKind.ROLLED_BACK: "reigns again",
    EventKind.OVERRIDDEN: "reigns now, by OVERRIDE: no verdict stands behind it, and the ledger says so for ever",
    EventKind.ANCHORED: "is the anchor now",
    EventKind.RENEWED: "goes on reigning; its record was renewed",
}


@click.command()
@_JSON
def promote(as_json: bool) -> int:
    """Make the candidate of the latest run the champion.

    Verdict, evidence, policy and bundle are checked again, against the registry and the ledger. A verdict that was made against a champion
    who no longer reigns is refused with exit code 3: run `ratchet run` and promote again.

    Example: ratchet run && ratchet promote
    """
    from modelratchet.usecases.promote import promote as promoted
    from modelratchet.wiring.promoting import PROMOTION_FILES, desk, policy

    return _told(promoted(desk(), PROMOTION_FILES, policy()), as_json)


@click.command()
@click.option("--to", metavar="VERSION", help="Go back to this one; default is the one that reigned before.")
@click.option("--reason", default="", help="Why; it is kept in the ledger.")
@_JSON
def rollback(to: str | None, reason: str, as_json: bool) -> int:
    """Let a version that reigned before reign again. No gate is asked.

    Example: ratchet rollback --to 3 --reason "late flights were missed on Monday"
    """
    from modelratchet.usecases.rollback import rollback as rolled_back
    from modelratchet.wiring.promoting import desk
    from modelratchet.wiring.registry import model_name

    written = rolled_back(desk(), model_name(), to, reason)
    code = _told(written, as_json)
    anchor = written.state.anchor.version
    if not as_json and written.is_new and anchor != written.event.version:
        click.echo(f"The anchor is still version {anchor}; if it was at fault: ratchet anchor VERSION --reason ...")
    return code


@click.command()
@_VERSION
@click.option("--reason", prompt=True, help="Why; it is kept in the ledger and shown on every page.")
@_JSON
def override(version: str, reason: str, as_json: bool) -> int:
    """Force a recorded version to reign, whatever the gate says. It stays in the ledger for ever.

    Also adopts a champion whose alias was set by hand before there was a ledger.

    Example: ratchet override 7 --reason "the old model reads a column that is gone"
    """
    from modelratchet.usecases.override import override as overridden
    from modelratchet.wiring.promoting import desk
    from modelratchet.wiring.registry import model_name

    return _told(overridden(desk(), model_name(), version, reason), as_json)


@click.command()
@_VERSION
@click.option("--reason", prompt=True, help="Why; it is kept in the ledger.")
@_JSON
def anchor(version: str, reason: str, as_json: bool) -> int:
    """Name the version that small losses are added up against; the champion stays.

    Example: ratchet anchor 12 --reason "approved by the quarterly review"
    """
    from modelratchet.usecases.anchor import anchor as anchored
    from modelratchet.wiring.promoting import desk
    from modelratchet.wiring.registry import model_name

    return _told(anchored(desk(), model_name(), version, reason), as_json)


@click.command()
@_JSON
def renew(as_json: bool) -> int:
    """Let the champion's record be proof for another `promotion.valid_days` of params.yaml.

    Example: ratchet renew
    """
    from modelratchet.usecases.renew import renew as renewed
    from modelratchet.wiring.promoting import desk
    from modelratchet.wiring.registry import model_name

    return _told(renewed(desk(), model_name()), as_json)


def _told(written: Written, as_json: bool) -> int:
    from modelratchet.wiring.jobs import job_outputs

    event, state = written.event, written.state
    job = job_outputs()
    job.tell({"version": event.version, "is_new": "true" if written.is_new else "false"})
    done = f"Version {event.version} of {event.model} {_DONE[event.kind]} (event {event.counter})."
    job.summarize(done if written.is_new else f"Version {state.champion.version} of {event.model} reigns already.")
    if as_json:
        click.echo(json.dumps(_as_json(written), indent=2))
        return ExitCode.DONE
    if written.is_new:
        click.echo(done)
    else:
        kind = event.kind.value.replace("_", " ")
        role = "is the anchor" if event.version != state.champion.version else "reigns"
        click.echo(
            f"Version {event.version} of {event.model} {role} already: {kind} by {event.actor} at {event.at} (event {event.counter})."
        )
        click.echo("Alias or tags were mended." if written.completion.has_projected else "Nothing to do.")
    click.echo(f"The champion's record is proof until {state.expires_at}.")
    for path in written.completion.certificates:
        click.echo(f"Certificate: {path}")
    return ExitCode.DONE


def _as_json(written: Written) -> dict[str, object]:
    state = written.state
    return {
        "event": to_document(written.event),
        "is_new": written.is_new,
        "champion": state.champion.version,
        "anchor": state.anchor.version,
        "ledger_head": state.head,
        "counter": state.counter,
        "expires_at": state.expires_at,
        "has_projected": written.completion.has_projected,
        "certificates": [str(path) for path in written.completion.certificates],
    }
