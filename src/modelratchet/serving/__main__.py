"""`python -m modelratchet.serving`: the image's entry point, what `ratchet serve` starts, and what the latency gate times."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Serve until a signal ends it."""
    os.environ.setdefault("OTEL_SDK_DISABLED", "true")
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
    from modelratchet.errors import RatchetError
    from modelratchet.serving.entry import make_app
    from modelratchet.serving.settings import read_settings

    try:
        settings = read_settings(arguments=sys.argv[1:])
        app = make_app()
    except RatchetError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)  # noqa: T201 - there is no other output yet
        return int(error.exit_code)
    import uvicorn

    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
