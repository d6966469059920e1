"""One file a protocol; adding one is a file here and a row in `PROTOCOLS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from modelratchet.serving.exchange import PredictionRoute, Route
from modelratchet.serving.protocols import operations, plain
from modelratchet.serving.served import Served

Protocol = Callable[[Served], Sequence[Route | PredictionRoute]]

PROTOCOLS: tuple[Protocol, ...] = (plain.routes, operations.routes)


def all_routes(served: Served) -> Iterator[Route | PredictionRoute]:
    """Every route of every protocol, for one bundle."""
    for protocol in PROTOCOLS:
        yield from protocol(served)
