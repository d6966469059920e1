"""`ratchet champion`, `history`, `reconcile`: the ledger, told and projected."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import click

from modelratchet.cli import render
from modelratchet.cli.standing import export
from modelratchet.core.formats import to_document
from modelratchet.core.ledger import Event, EventKind, History, State
from modelratchet.core.moments import read_moment
from modelratchet.errors import ExitCode

_REASON_CHARACTERS = 60


@click.group(invoke_without_command=True)
@click.option("--at", "moment", metavar="DATE", help="At that time (UTC), or at the end of that day.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def champion(context: click.Context, moment: str | None, as_json: bool) -> int:
    """Say which version reigns, by the ledger, or which did at some time.

    Example: ratchet champion --at 2026-11-24T07:00:00Z
    """
    if context.invoked_subcommand:
        return ExitCode.DONE
    from modelratchet.wiring.clock import now
    from modelratchet.wiring.ledger import reader
    from modelratchet.wiring.registry import model_name

    asked = _moment(moment) if moment else now()
    history = reader().history(model_name())
    state = history.state_at(asked) if moment else history.state
    if as_json:
        click.echo(json.dumps(_state_as_json(state, asked), indent=2))
    else:
        click.echo("\n".join(_state_lines(history, state, asked)))
    return ExitCode.DONE


champion.add_command(export)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print all events as JSON, the void ones too.")
def history(as_json: bool) -> int:
    """Show every event of the ledger, the latest first.

    Example: ratchet history --json
    """
    from modelratchet.wiring.ledger import reader
    from modelratchet.wiring.registry import model_name

    found = reader().history(model_name())
    click.echo(json.dumps(_history_as_json(found), indent=2) if as_json else "\n".join(_history_lines(found)))
    return ExitCode.DONE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def reconcile(as_json: bool) -> int:
    """Make aliases, tags and certificates say what the ledger says. Safe to run at any time, any number of times.

    Example: ratchet reconcile
    """
    from modelratchet.usecases.reconcile import reconcile as reconciled
    from modelratchet.wiring.clock import now
    from modelratchet.wiring.promoting import desk
    from modelratchet.wiring.registry import model_name

    done = reconciled(desk(), model_name())
    state, completion = done.history.state, done.completion
    if as_json:
        paths = [str(path) for path in completion.certificates]
        shown = {
            **_state_as_json(state, now()), "has_projected": completion.has_projected, "certificates": paths
        }  # fmt: skip
        click.echo(json.dumps(shown, indent=2))
        return ExitCode.DONE
    click.echo("Alias or tags were mended." if completion.has_projected else "Alias and tags were right.")
    click.echo(f"{len(completion.certificates)} of {len(done.history.accepted)} events have a certificate.")
    click.echo("\n".join(_state_lines(done.history, state, now())))
    return ExitCode.DONE


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"found {text!r}, expected 2026-11-24 or 2026-11-24T07:00:00Z", param_hint="--at"
        ) from error
    if len(text) <= len("2026-11-24"):
        found += timedelta(days=1, seconds=-1)
    return found.replace(tzinfo=found.tzinfo or UTC)


def _state_lines(history: History, state: State, asked: datetime) -> list[str]:
    if not state.champion.exists:
        return [f"Nobody reigns over {history.model}." if not history.accepted else "Nobody reigned then."]
    crowned = next(
        item.event
        for item in reversed(history.accepted)
        if item.event.counter <= state.counter and item.event.version == state.champion.version
    )
    expired = ", which is over: `ratchet renew`" if _is_expired(state, asked) else ""
    return [
        f"Version {state.champion.version} of {history.model} reigns: {_kind(crowned)} by {crowned.actor} at {crowned.at} (event {crowned.counter})",
        f"  bundle {state.champion.bundle_digest}",
        f"  anchor version {state.anchor.version}; the record is proof until {state.expires_at}{expired}",
    ]


def _history_lines(history: History) -> list[str]:
    if not history.accepted:
        return [f"The ledger of {history.model} is empty: `ratchet promote` writes its first event."]
    rows = [("event", "at", "version", "what", "by", "why")]
    rows += [
        (str(e.counter), e.at, e.version, _what(e), _cut(e.actor), _cut(e.reason))
        for e in (item.event for item in reversed(history.accepted))
    ]
    lines = [f"{history.model}: version {history.state.champion.version} reigns", *render.columns(rows)]
    if history.void:
        lines.append("Void, for others were stored first:")
        void = [
            (str(item.number), item.event.at, item.event.version, _cut(item.event.actor), item.reason)
            for item in history.void
        ]
        lines += render.columns([("number", "at", "version", "by", "because"), *void])
    return lines


def _history_as_json(history: History) -> dict[str, object]:
    accepted = [(item.number, item.event, "") for item in history.accepted]
    void = [(item.number, item.event, item.reason) for item in history.void]
    return {
        "model": history.model,
        "champion": history.state.champion.version,
        "anchor": history.state.anchor.version,
        "ledger_head": history.state.head,
        "counter": history.state.counter,
        "events": [
            {"number": number, "is_void": bool(reason), "because": reason, "digest": event.digest, **to_document(event)}
            for number, event, reason in sorted([*accepted, *void], key=lambda item: item[0])
        ],
    }


def _state_as_json(state: State, asked: datetime) -> dict[str, object]:
    return {
        "model": state.model,
        "version": state.champion.version,
        "bundle_digest": state.champion.bundle_digest,
        "anchor": state.anchor.version,
        "ledger_head": state.head,
        "counter": state.counter,
        "latest_at": state.latest_at,
        "expires_at": state.expires_at,
        "is_expired": _is_expired(state, asked),
    }


def _is_expired(state: State, asked: datetime) -> bool:
    return state.expires_at is not None and read_moment(state.expires_at) < asked


def _kind(event: Event) -> str:
    return event.kind.value.replace("_", " ")


def _what(event: Event) -> str:
    is_both = event.is_anchor and event.kind is not EventKind.ANCHORED
    return _kind(event) + (", new anchor" if is_both else "")


def _cut(reason: str) -> str:
    """One line of what a person wrote, with nothing in it that a terminal would obey."""
    plain = "".join(character if character.isprintable() else " " for character in reason)
    return plain if len(plain) <= _REASON_CHARACTERS else plain[: _REASON_CHARACTERS - 1] + "…"
