"""No framework: one coroutine under uvicorn with uvloop and httptools, msgspec for the text, onnxruntime for the model.

It checks nothing, counts nothing and knows one route: the least that can be done in Python for the same answer.
"""

from typing import Any

import msgspec

from benchmarks.serving.peers.graph import CATEGORICAL, NUMERIC, answers

_fields = [*((name, float | None) for name in NUMERIC), *((name, str | None) for name in CATEGORICAL)]
Row: Any = msgspec.defstruct("Row", _fields, gc=False)
Body: Any = msgspec.defstruct("Body", [("rows", list[Row])])
_decode = msgspec.json.Decoder(Body).decode
_encode = msgspec.json.Encoder().encode
_values = msgspec.structs.astuple


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    answer = _encode({"predictions": answers([_values(row) for row in _decode(body).rows])})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
