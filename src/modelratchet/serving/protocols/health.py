"""The one answer of every platform's health probe: a server that answers can predict, for it opens its port with the model loaded and tried."""

from __future__ import annotations

from modelratchet.serving.exchange import JSON, Documentation, Request, Response, Route

_HEALTHY = Response(200, JSON, b"{}")


def health_route(path: str, summary: str, tag: str) -> Route:
    """A row of the table."""
    return Route("GET", path, _respond, Documentation(summary, tag, answers={JSON: _HEALTHY.body}))


def _respond(_request: Request) -> Response:
    return _HEALTHY
