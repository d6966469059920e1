"""The sample bundle behind the application, called as a server would call it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from modelratchet.serving.app import App
from modelratchet.serving.entry import app_of
from modelratchet.serving.settings import ServingSettings
from modelratchet.storage.bundles import Bundle
from tests.samples.bundles import binary_bundle

ROW = {"hour": 20, "carrier": "UA"}


class Answered(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def sample_app(bundle: Bundle | None = None, **settings: Any) -> App:
    return app_of(bundle or binary_bundle(), ServingSettings(bundle=Path(), **{"version": "0", **settings}))


def call(app: App, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answered:
    """One request, whose body comes in two parts when it is long."""
    parts = [body[:1000], body[1000:]] if len(body) > 1000 else [body]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)

    given = {"content-type": "application/json", **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    asyncio.run(app(scope, receive, send))
    start, end = sent
    return Answered(start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, end["body"])


def predict(app: App, document: Any, path: str = "/predict") -> Answered:
    return call(app, "POST", path, document if isinstance(document, bytes) else json.dumps(document).encode())
