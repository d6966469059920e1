"""`python -m modelratchet.serving`: the image's entry point, what `ratchet serve` starts, and what the latency gate times."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

_ANOTHER_WORKER = "modelratchet.serving.entry:make_app"


def main() -> int:
    """Serve until a signal ends it."""
    # as the first process of a container it would not be ended by one before uvicorn listens; and uvicorn sends itself the signal
    # once more when it has drained, which would be no clean end
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sys.exit(0))
    os.environ.setdefault("OTEL_SDK_DISABLED", "true")
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
    from modelratchet.errors import RatchetError
    from modelratchet.serving.entry import make_app
    from modelratchet.serving.settings import read_settings

    try:
        settings = read_settings(arguments=sys.argv[1:])
        # with several workers too: what cannot be served is told here, before the port is open, and not by each of them again and again
        app = make_app()
    except RatchetError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)  # noqa: T201 - there is no other output yet
        return int(error.exit_code)
    import uvicorn

    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "access_log": False,
        "server_header": False,
        "log_level": "warning",
    }
    if settings.workers > 1:
        uvicorn.run(_ANOTHER_WORKER, factory=True, workers=settings.workers, **options)
    else:
        uvicorn.run(app, **options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
