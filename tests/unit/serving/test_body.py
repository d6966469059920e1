"""Bodies take no more memory together than there is room for, however they come; and who brings none is not asked for any."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from modelratchet.serving.app import App
from modelratchet.serving.body import said_length
from tests.samples.served import sample_app

CHUNKED = (b"transfer-encoding", b"chunked")


@pytest.mark.parametrize(
    ("headers", "said"),
    [([], 0), ([(b"content-length", b"7")], 7), ([CHUNKED], None), ([(b"content-length", b"0")], 0)],
)
def test_a_body_that_is_not_announced_is_none(headers: Any, said: int | None) -> None:
    assert said_length(headers, 100) == said


async def asked(app: App, method: str, path: str, headers: Any, parts: list[bytes] | None) -> int:
    """The status of a request whose body, if it has one, never ends."""
    statuses: list[int] = []

    async def receive() -> Any:
        if parts is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(0 if parts else 60)
        return {"type": "http.request", "body": parts.pop(), "more_body": True}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    return statuses[0]


def test_bodies_in_chunks_share_what_room_there_is() -> None:
    app, megabyte = sample_app(deadline_seconds=10), b" " * 1_000_000

    async def scene() -> list[int]:
        slow = (asked(app, "POST", "/predict", [CHUNKED], [megabyte] * 15) for _ in range(10))
        return await asyncio.gather(*slow)

    statuses = asyncio.run(scene())
    assert set(statuses) == {408, 503}
    assert statuses.count(408) <= 4  # of 15 MB each; there is room for 64


def test_probes_are_answered_while_large_bodies_take_all_the_room() -> None:
    app = sample_app(deadline_seconds=0.5)

    async def scene() -> list[int]:
        headers = [(b"content-length", b"16777216")]
        slow = [asyncio.create_task(asked(app, "POST", "/predict", headers, [])) for _ in range(5)]
        await asyncio.sleep(0.1)
        probed = await asked(app, "GET", "/livez", [], None)
        return [probed, *await asyncio.gather(*slow)]

    assert asyncio.run(scene()) == [200, 408, 408, 408, 408, 503]
