"""`python -m modelratchet.serving`: the image's entry point, what `ratchet serve` starts, and what the latency gate times.

One worker is this process itself; for several, uvicorn's supervisor starts them and replaces one that dies within a second.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelratchet.serving.settings import ServingSettings

_KEEP_ALIVE_SECONDS = 75
"""Longer than the load balancers in front of it keep a connection (60 s), so that it is they who close: who closes first may miss a request."""

_RUNTIME_VARIABLE = "RATCHET_RUNTIME_DIR"

_WORKER_ANSWER_SECONDS = 60
"""After which a worker that gives its supervisor no sign is replaced: longer than a busy machine lets one stand still, or start."""

_DRAIN_SECONDS = 20
"""For answers that are under way when the server is told to end. Orchestrators kill after 30 s."""


def main() -> int:
    """Serve until a signal ends it."""
    # as the first process of a container it would not be ended by one before uvicorn listens; and uvicorn, once it has drained, sends
    # itself the signal again, which would be no clean end
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from modelratchet.errors import ExitCode, RatchetError
    from modelratchet.serving.entry import make_server, refuse_unservable
    from modelratchet.serving.settings import read_settings

    try:
        settings = read_settings(arguments=sys.argv[1:])
        if settings.workers == 1:
            return _run(make_server(), settings)
        refuse_unservable(settings)
        with _meeting_place():
            return _run(f"{make_server.__module__}:{make_server.__name__}", settings)
    except RatchetError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)  # noqa: T201 - there is no other output yet
        return int(error.exit_code)
    except Exception:  # noqa: BLE001 - the edge; a server's log is where its errors are looked for
        traceback.print_exc()
        return int(ExitCode.BUG)


@contextmanager
def _meeting_place() -> Iterator[None]:
    """A folder in which several workers add up their numbers, unless the environment names one."""
    if os.environ.get(_RUNTIME_VARIABLE):
        yield
        return
    from modelratchet.errors import StorageError

    try:
        folder = tempfile.TemporaryDirectory(prefix="ratchet-workers-")
    except OSError as error:
        hint = f"Mount one, as with `docker run --tmpfs /tmp`, or name another in {_RUNTIME_VARIABLE}."
        raise StorageError(
            "several workers need a folder for temporary files, and none can be written", hint=hint
        ) from error
    with folder as name:
        os.environ[_RUNTIME_VARIABLE] = name
        yield


def _run(app: Any, settings: ServingSettings) -> int:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from modelratchet.errors import OutsideError
    from modelratchet.serving.server import Server
    from modelratchet.serving.structured_log import log_config

    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        factory=settings.workers > 1,
        workers=settings.workers,
        loop="uvloop",
        http="modelratchet.serving.connection:Connection",
        ws="none",
        access_log=False,
        server_header=False,
        # wraps the application for the caller's address, which nobody here asks for
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_worker_healthcheck=_WORKER_ANSWER_SECONDS,
        log_config=log_config(settings.log_level),
    )
    try:
        sockets = [config.bind_socket()]
    except SystemExit as error:
        # uvicorn has said why
        raise OutsideError(
            f"nothing can be served on {settings.host}:{settings.port}",
            hint="The line above says why: the port is taken, or the host is no address of this machine.",
        ) from error
    if settings.workers == 1:
        Server(config).run(sockets)
    else:
        Multiprocess(config, sockets).run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before uvicorn took over
        sys.exit(0)
