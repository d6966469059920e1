"""`ratchet ui`: MLflow's pages on this project's runs."""

from __future__ import annotations

import signal
import threading

import click

from modelratchet.errors import ExitCode
from modelratchet.wiring.ui import open_ui


@click.command()
@click.option("--port", default=5000, show_default=True, help="Another one is taken when it is in use.")
@click.option("--open/--no-browser", "opens", default=False, help="Open the page in a browser too.")
def ui(port: int, opens: bool) -> int:
    """Serve MLflow's pages on the store that this project records to, until Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    with open_ui(port) as page:
        click.echo(f"MLflow: {page}")
        if opens:
            click.launch(str(page))
        if not page.is_remote:
            click.echo("Ctrl-C stops it.")
            stop.wait()
    return ExitCode.DONE
