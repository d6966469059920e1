"""Google Vertex AI: health and predictions at the paths that it chooses, `AIP_HEALTH_ROUTE` and `AIP_PREDICT_ROUTE`.

`{"instances": […], "parameters": …}` in, `{"predictions": […]}` out; the port, `AIP_HTTP_PORT`, and Cloud Run's `PORT`, are settings.
Source: Vertex AI, "Custom container requirements for inference": "Health checks", "Inference requests", "Response requirements".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.serving.exchange import PredictionRoute, Route
from modelratchet.serving.protocols.health import health_route
from modelratchet.serving.scoring import Scoring
from modelratchet.serving.served import Served

TAG = "Vertex AI"


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """The two paths, where they are set. They stand last in the table: a path that another protocol has too is Vertex AI's then."""
    found: list[Route | PredictionRoute] = []
    if served.settings.health_route:
        found.append(health_route(served.settings.health_route, "Whether the container takes requests", TAG))
    if served.settings.predict_route:
        scoring = Scoring(served)
        documentation = scoring.documentation("Answer instances", TAG, "instances")
        found.append(scoring.route(served.settings.predict_route, documentation))
    return found
