"""What BentoML's clients ask before they call: `GET /schema.json`, the service's methods with their paths and what they take.

BentoML's own application says the same, at the cost of 54 MB in every worker that is asked once; a test holds this answer against it. Rows stay open
objects, as there: BentoML's client leaves out of a row, and of an answer, whatever a schema does not name, so that a misspelt column would be lost unsaid.
Source: BentoML, "Call an API endpoint"; `bentoml.Service.schema`, which its clients read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.serving.exchange import JSON, Documentation, PredictionRoute, Request, Response, Route
from modelratchet.serving.protocols.plain import PREDICT_PATH, TAG
from modelratchet.serving.samples import write_json
from modelratchet.serving.served import Served

_OPEN = {"type": "object", "additionalProperties": True}
_SERVICE: Mapping[str, Any] = {
    "name": "modelratchet",
    "type": "service",
    "routes": [
        {
            "name": "predict",
            "route": PREDICT_PATH,
            "batchable": False,
            "input": {
                "title": "Input",
                "type": "object",
                "properties": {"rows": {"title": "Rows", "type": "array", "items": _OPEN}},
                "required": ["rows"],
            },
            "output": _OPEN,
            "is_task": False,
        }
    ],
    "paths": {PREDICT_PATH: {"mounted": False}},
}
_RESPONSE = Response(200, JSON, write_json(_SERVICE))


def routes(_served: Served) -> Sequence[Route | PredictionRoute]:
    """One route, whose answer is the same for every model."""
    documentation = Documentation("The service as BentoML's clients read it", TAG, answers={JSON: _RESPONSE.body})
    return (Route("GET", "/schema.json", _respond, documentation),)


def _respond(_request: Request) -> Response:
    return _RESPONSE
