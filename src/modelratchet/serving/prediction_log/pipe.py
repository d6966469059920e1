"""What a worker and the process that keeps its log say to each other: frames one way, lines of JSON the other.

Both ends are one program on one machine, so that its bytes are trusted.
"""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from modelratchet.core.schema import Schema

OPEN, PREDICTIONS, LABELS, CLOSE = "open", "predictions", "labels", "close"
"""Kinds of frames. The first holds an `Opening` as plain data, the last the seconds that are left; between them are a `Step`, or labels."""

_LENGTH_BYTES = 4
_MARSHAL_VERSION = 2
"""Later ones look every object up that they may have written before, which takes longer than to write it again."""


@dataclass(frozen=True)
class Opening:
    """All that the process that keeps a log has to know. `worker` is a name that no process had before it."""

    folder: str
    worker: str
    schema: Schema
    version: str
    variant: str
    digest: str
    redact: tuple[str, ...]
    flush_seconds: float
    flush_rows: int


class News(msgspec.Struct):
    """What became of rows since the last news, predictions first and then labels, and what failed, if anything did."""

    written: tuple[int, int]
    spoiled: tuple[int, int]
    failed: str = ""


def frame(kind: str, content: Any) -> bytes:
    """Make a frame; `read_frame` of it gives back the kind and the content, as lists and tuples of texts, numbers and bytes."""
    data = marshal.dumps((kind, content), _MARSHAL_VERSION)
    return len(data).to_bytes(_LENGTH_BYTES, "little") + data


def read_frame(stream: BinaryIO) -> tuple[str, Any] | None:
    """Wait for the next frame; None once whoever writes them is gone, even in the middle of one."""
    length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
    data = stream.read(length)
    if not length or len(data) < length:
        return None
    kind, content = marshal.loads(data)  # noqa: S302 - see above
    return kind, content


encode_news = msgspec.json.Encoder().encode
decode_news = msgspec.json.Decoder(News).decode
