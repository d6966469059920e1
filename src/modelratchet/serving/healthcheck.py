"""`python -m modelratchet.serving.healthcheck`: whether the server in this container answers; the image's HEALTHCHECK."""

from __future__ import annotations

import http.client
import sys
from http import HTTPStatus
from pathlib import Path

from modelratchet.serving.settings import read_settings

_SECONDS = 4
_SERVER = Path("/proc/1/cmdline")
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def main() -> int:
    """Ask the server whether it is alive, at the port that it was given."""
    # the port follows from the server's arguments too: SageMaker's `serve`
    arguments = _SERVER.read_bytes().decode(errors="replace").split("\0") if _SERVER.is_file() else []
    settings = read_settings(arguments=arguments)
    connection = http.client.HTTPConnection(
        _WILDCARDS.get(settings.host, settings.host), settings.port, timeout=_SECONDS
    )
    try:
        connection.request("GET", "/livez")
        return 0 if connection.getresponse().status == HTTPStatus.OK else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
