"""What the parser made of heads that it has seen before: callers say the same before each body. Called by `connection`.

To parse a head costs as much as to read, run and write a row. This is no parser: an answer is given only for the very bytes that uvicorn's
parser took as the head of a small prediction.
"""

from __future__ import annotations

from typing import NamedTuple

from modelratchet.serving.exchange import PredictionRoute

MOST_HEADS = 512
_MOST_BYTES = 4096
_END = b"\r\n\r\n"


class KnownHead(NamedTuple):
    """Where the body begins and how long it is, in bytes, whose request it is, and its headers, which nobody may change."""

    size: int
    length: int
    route: PredictionRoute
    headers: list[tuple[bytes, bytes]]


class KnownHeads:
    """The heads of one process."""

    def __init__(self) -> None:
        """None is known yet."""
        self._known: dict[bytes, KnownHead] = {}

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def find(self, data: bytes) -> KnownHead | None:
        """The head of these bytes, if it is known and they are one request from end to end."""
        size = data.find(_END) + len(_END)
        known = self._known.get(data[:size])
        return known if known is not None and known.size + known.length == len(data) else None

    def keep(self, data: bytes, length: int, route: PredictionRoute, headers: list[tuple[bytes, bytes]]) -> None:
        """Remember the head of a request that was parsed, unless these bytes are more or less than that request."""
        size = data.find(_END) + len(_END)
        if size + length != len(data) or not len(_END) < size <= _MOST_BYTES:
            return
        if len(self._known) >= MOST_HEADS:
            # where each head differs, by an id or a trace, nothing is worth keeping
            self._known.clear()
        self._known[data[:size]] = KnownHead(size, length, route, headers)
