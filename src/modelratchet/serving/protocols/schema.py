"""`GET /schema`: which model this is, what it takes and how much at once, for programs: the conformance suite and clients that make forms."""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.core.formats import to_document
from modelratchet.serving.exchange import JSON, Documentation, PredictionRoute, Request, Response, Route
from modelratchet.serving.protocols.plain import TAG
from modelratchet.serving.samples import write_json
from modelratchet.serving.served import Served


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """One route, whose answer never changes."""
    limits = {"rows": served.settings.maximum_rows, "body_bytes": served.settings.maximum_body_bytes}
    document = {"model": served.model, "schema": to_document(served.schema), "limits": limits}
    response = Response(200, JSON, write_json(document))

    def respond(_request: Request) -> Response:
        return response

    documentation = Documentation("The model's columns, classes and limits", TAG, answers={JSON: response.body})
    return (Route("GET", "/schema", respond, documentation),)
