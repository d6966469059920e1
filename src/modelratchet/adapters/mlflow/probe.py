"""Whether anything changed in the store since last time, without importing MLflow (which takes 3 to 5 s).

`store_stamp` gives a value that is equal as long as nothing was written. For SQLite it is of the file itself, so any
write changes it, whoever made it. For a server it is of the registered model as one GET tells it: its aliases, its
latest version, its tags and when they changed; a tag edited on an older version does not show, so `recording` sets one on
the model too.
"""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import HINT, is_unreachable
from modelratchet.core.digests import digest_value
from modelratchet.errors import TrackingError, UnreachableError

if TYPE_CHECKING:
    import ssl

UNKNOWN = ""
_TIMEOUT_SECONDS = 5
_PAUSES_SECONDS = (0.5, 1.5)
_HEADER_BYTES = 100  # SQLite's header; its change counter goes up with every transaction


def store_stamp(address: StoreAddress, model: str) -> str:
    """A value that stays equal while nothing is written; `UNKNOWN` where that cannot be told cheaply.

    Take it *before* reading what it shall stand for: a write in between then shows the next time.

    Raises:
        TrackingError: the server does not answer.
    """
    if address.database is not None:
        return _sqlite_stamp(address.uri, address.database)
    if address.is_server:
        return _server_stamp(address, model)
    return UNKNOWN


def _sqlite_stamp(uri: str, database: Path) -> str:
    facts: list[object] = [uri]
    for path in (database, database.with_name(f"{database.name}-wal")):
        try:
            with path.open("rb") as stream:
                seen = os.fstat(stream.fileno())
                facts.append([seen.st_ino, seen.st_size, seen.st_mtime_ns, stream.read(_HEADER_BYTES).hex()])
        except FileNotFoundError:
            facts.append(None)
        except OSError:
            return UNKNOWN
    return digest_value(facts)


def _server_stamp(address: StoreAddress, model: str) -> str:
    from urllib.parse import urlencode

    url = f"{address.uri}/api/2.0/mlflow/registered-models/get?{urlencode({'name': model})}"
    status, body = _answer(url, address)
    if status == 404 and b"RESOURCE_DOES_NOT_EXIST" in body:
        return digest_value([address.uri, None])
    try:
        # anything else than a plain answer is left to MLflow's client, which tries again and says what is wrong
        return digest_value([address.uri, json.loads(body)]) if status == 200 else UNKNOWN
    except ValueError:
        return UNKNOWN


def _answer(url: str, address: StoreAddress) -> tuple[int, bytes]:
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, headers=_authorization())  # noqa: S310 - the address is http or https
    for pause in (*_PAUSES_SECONDS, None):
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS, context=_tls()) as reply:  # noqa: S310
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (OSError, urllib.error.URLError) as error:
            if pause is None:
                reason = getattr(error, "reason", error)
                kind = UnreachableError if is_unreachable(error) else TrackingError
                raise kind(f"MLflow at {address.shown} does not answer: {reason}", hint=HINT) from error
            time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _authorization() -> dict[str, str]:
    token, user = os.environ.get("MLFLOW_TRACKING_TOKEN"), os.environ.get("MLFLOW_TRACKING_USERNAME")
    if user:
        pair = f"{user}:{os.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _tls() -> ssl.SSLContext | None:
    """The same trust as MLflow's client is told to have."""
    import ssl

    if os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() == "true":
        return ssl._create_unverified_context()  # noqa: S323, SLF001 - asked for by MLflow's own variable
    path = os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH")
    return ssl.create_default_context(cafile=path) if path else None
