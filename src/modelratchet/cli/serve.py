"""`ratchet serve`: a model on this machine, with nothing else to set up."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import click

from modelratchet.errors import ExitCode

_LOOK_SECONDS = 0.2


@click.command()
@click.argument("name", default="champion", metavar="[champion|challenger|candidate|VERSION|PATH]")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 serves other machines too.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Processes that answer.")
@click.option(
    "--log", "log", default="", metavar="FOLDER", help="Keep predictions and feedback there; a folder or a URL."
)
@click.option(
    "--public-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Refuse a bundle that this key did not sign.",
)
def serve(name: str, **options: Any) -> int:
    """Serve a model on this machine, until Ctrl-C. It speaks every protocol that the image speaks.

    Without a name it is the champion; `candidate` is the bundle in this workspace, and a PATH does without any registry.

    Example: ratchet serve models/bundle --port 8000
    """
    from modelratchet.wiring.serving import Wish, serving

    # until the server answers, either signal ends at once what is waited for: a registry may take its time
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(Wish(name, **options)) as served:
        stop = _told_to_stop()
        if served.server.exit_code is None:
            click.echo(f"{served.title}: {served.address}\n\n{served.example}\n\nCtrl-C stops it.")
        while served.server.exit_code is None and not stop.wait(_LOOK_SECONDS):
            pass
        ended = served.server.exit_code
    # it has said itself why it ended
    return ExitCode.DONE if ended is None else ended


def _told_to_stop() -> threading.Event:
    """Set by Ctrl-C or SIGTERM from now on; a second Ctrl-C does not wait for what the server has begun."""
    stop = threading.Event()

    def tell(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    return stop
