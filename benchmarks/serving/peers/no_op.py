"""Reads the body and answers a fixed text of the length of a real answer to one row: what uvicorn itself costs."""

from typing import Any

_ANSWER = b'{"predictions":[{"label":"0","probabilities":{"0":0.8012345,"1":0.1987655}}]}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_ANSWER))]


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _ANSWER})
