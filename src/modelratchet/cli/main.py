"""Entry point of `ratchet`: finds the command, imports only that one, turns errors into exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from modelratchet.errors import ExitCode, RatchetError
from modelratchet.storage.bug_reports import (
    DEBUG_VARIABLE,
    disk_fault,
    is_debugging,
    report_bug,
    traceback_of,
    unreported,
)
from modelratchet.version import RELEASE

COMMANDS = {
    "run": ("modelratchet.cli.run", "run", "Run the pipeline: check data, train, convert, compare, decide, record."),
    "retrain": ("modelratchet.cli.retrain", "retrain", "Move the window to the newest whole period, and run on it."),
    "pull": ("modelratchet.cli.remote", "pull", "Bring data and results from DVC's remote."),
    "push": ("modelratchet.cli.remote", "push", "Take data and results to DVC's remote."),
    "show": ("modelratchet.cli.show", "show", "Show the candidate: metrics, verdict, version, what changed."),
    "gate": ("modelratchet.cli.gate", "gate", "Ask the gate: check (exit code), explain (reasons)."),
    "promote": ("modelratchet.cli.promotion", "promote", "Make the candidate champion, if its verdict still stands."),
    "rollback": ("modelratchet.cli.promotion", "rollback", "Let a version that reigned before reign again."),
    "override": ("modelratchet.cli.promotion", "override", "Force a version against the gate; kept for ever."),
    "anchor": ("modelratchet.cli.promotion", "anchor", "Name the fixed point that small losses add up against."),
    "renew": ("modelratchet.cli.promotion", "renew", "Let the champion's record be proof for longer."),
    "champion": ("modelratchet.cli.ledger", "champion", "Say who reigns, or who did at some time."),
    "history": ("modelratchet.cli.ledger", "history", "Show every promotion, rollback and override."),
    "reconcile": ("modelratchet.cli.ledger", "reconcile", "Make alias and certificates say what the ledger says."),
    "registry": ("modelratchet.cli.registry", "registry", "Move the registry to a team's server; let users in."),
    "ui": ("modelratchet.cli.ui", "ui", "Open MLflow on this project's runs and versions."),
    "serve": ("modelratchet.cli.serve", "serve", "Serve a model on this machine, and print how to ask it."),
    "package": ("modelratchet.cli.package", "package", "Build bento and image of a model, with a bill of materials."),
    "publish": (
        "modelratchet.cli.publish",
        "publish",
        "Bring the image of a promoted version to a registry, checked and signed.",
    ),
    "verify-image": (
        "modelratchet.cli.verify_image",
        "verify_image",
        "Check that an image in a registry holds a promoted bundle.",
    ),
    "audit": ("modelratchet.cli.audit", "audit", "Hold locked packages against known vulnerabilities."),
    "conformance": (
        "modelratchet.cli.conformance",
        "conformance",
        "Ask a running server every platform's protocol, and print what it answers.",
    ),
    "verify": ("modelratchet.cli.verify", "verify", "Check a certificate offline, or all promotions in the registry."),
    "reproduce": ("modelratchet.cli.reproduce", "reproduce", "Make a version again from its commit, and compare."),
    "backtest": ("modelratchet.cli.backtest", "backtest", "Replay recorded candidates against a changed policy."),
    "comment": ("modelratchet.cli.comment", "comment", "Turn what an untrusted run left into a comment that is safe."),
    "doctor": ("modelratchet.cli.doctor", "doctor", "Say what is missing on this machine and how to get it."),
    "params": ("modelratchet.cli.params", "params", "Check params.yaml, or print what may stand in it."),
    "expectations": (
        "modelratchet.cli.expectations",
        "expectations",
        "Write a suite of expectations from today's rows.",
    ),
}


class _KeptError(Exception):
    """Carries another error past click."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Names in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of that name."""
        import difflib

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"no command {args[0]!r}" + (f"; did you mean {close[0]}?" if close else "; see `ratchet --help`"))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; keep from click what it would end by itself, with the code of a verdict or of Ctrl-C."""
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, EOFError) as error:
            raise _KeptError from error

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(RELEASE, prog_name="ratchet")
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run as if started in this folder.",
)
@click.option("--debug", is_flag=True, help="Print the traceback of an error that nobody expected (exit code 70).")
def cli(directory: Path | None, debug: bool) -> None:
    """Take a model from a commit to production, and only with evidence that it is no worse and no slower.

    Exit codes: 0 done or passed, 1 rejected or inconclusive, 2 usage or configuration, 3 evidence missing or
    untrusted, 4 another system failed (try again), 70 a bug: no verdict, report it with the file that is named.
    """
    if directory:
        os.chdir(directory)
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"  # for the stages of a run too


def main(arguments: list[str] | None = None) -> int:
    """Run `ratchet` and return its exit code; the only place where errors are printed."""
    try:
        return _ended(arguments)
    finally:
        _let_go_of_output()


def _ended(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(args=arguments, prog_name="ratchet", standalone_mode=False)
        return int(result) if isinstance(result, int) else int(ExitCode.DONE)
    except click.ClickException as error:
        with suppress(OSError, ValueError):
            error.show()
        return int(ExitCode.USAGE)
    except RatchetError as error:
        return _told(error)
    except (KeyboardInterrupt, click.Abort):
        _say("ratchet: stopped; what was done is kept, and the same command goes on from there")
        return int(ExitCode.INTERRUPTED)
    except BaseException as error:  # noqa: BLE001 - the edge: 1, with which Python ends, would be read as a verdict
        return _unexpected(error.__cause__ if isinstance(error, _KeptError) and error.__cause__ else error, arguments)


def _unexpected(error: BaseException, arguments: list[str] | None) -> int:
    try:
        return _reported(error, arguments)
    except BaseException:  # noqa: BLE001 - the edge: a report that fails makes no verdict of a bug
        _say(f"ratchet: {unreported(error)}")
        return int(ExitCode.BUG)


def _reported(error: BaseException, arguments: list[str] | None) -> int:
    """End with 70, unless it is the disk's fault, or nobody's: whoever read the output has enough."""
    # click ends a help text that nobody reads with SystemExit
    if isinstance(error, BrokenPipeError | SystemExit) and _is_output_closed():
        return int(ExitCode.UNREAD)
    if fault := disk_fault(error):
        return _told(fault, error)
    report = report_bug(error, ["ratchet", *(sys.argv[1:] if arguments is None else arguments)])
    _say(f"ratchet: {report.line}")
    if is_debugging() or not report.is_kept:
        _say(report.text)
    return int(ExitCode.BUG)


def _told(error: RatchetError, cause: BaseException | None = None) -> int:
    _say(f"ratchet: {error.message}")
    if error.hint:
        _say(error.hint)
    if cause and is_debugging():
        _say(traceback_of(cause))
    return int(error.exit_code)


def _say(text: str) -> None:
    """Print it to standard error; one that takes nothing changes no exit code."""
    with suppress(OSError, ValueError):
        click.echo(text, err=True)


def _let_go_of_output() -> None:
    """Drop what no stream takes: the interpreter would try again at its end, and change the exit code to 120."""
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed before Python began
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _is_output_closed() -> bool:
    """Whether nobody reads what is printed any more: any other pipe that breaks is a bug."""
    import select

    try:
        asked = select.poll()
        for stream in (1, 2):
            asked.register(stream, 0)
        return any(happened & select.POLLERR for _, happened in asked.poll(0))
    except OSError:
        return True


if __name__ == "__main__":
    sys.exit(main())
