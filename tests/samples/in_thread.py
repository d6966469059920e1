"""An ASGI application behind uvicorn on a free port, in a thread of this process; and ways to break what it answers."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import uvicorn

from tests.patience import wait_until


@contextlib.contextmanager
def answering(app: Any) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    config = uvicorn.Config(
        app, port=0, http="httptools", ws="none", lifespan="off", log_level="error", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)


@dataclass(frozen=True)
class Sent:
    """What the application answers, before it goes out."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    def but(self, **changed: Any) -> Sent:
        return replace(self, **changed)


class Broken:
    """Changes the answers of an application; `change` gets the scope, for it may break some paths only."""

    def __init__(self, app: Any, change: Callable[[Any, Sent], Sent]) -> None:
        self._app, self._change = app, change

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        messages: list[Any] = []

        async def keep(message: Any) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        start, end = messages
        sent = self._change(scope, Sent(start["status"], dict(start["headers"]), end["body"]))
        headers = {**sent.headers, b"content-length": b"%d" % len(sent.body)}
        await send({"type": "http.response.start", "status": sent.status, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": sent.body})


class Prefixed:
    """The application behind a gateway: everything lies under a prefix."""

    def __init__(self, app: Any, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        await self._app(
            {**scope, "path": path.removeprefix(self._prefix) if path.startswith(self._prefix) else "/no"},
            receive,
            send,
        )
