"""AWS SageMaker, and MLflow's scoring protocol where both have the same paths: `GET /ping`, `POST /invocations`.

The media type of the body chooses the parser, `Accept` the encoder, so that both platforms' bodies meet in one route.
Source: Amazon SageMaker AI, "Custom Inference Code with Hosting Services", sections "How Your Container Should Respond to Inference Requests"
and "… to Health Check (Ping) Requests"; MLflow, "Deploy MLflow Model as a Local Inference Server", "Inference Server Specification".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.serving.exchange import PredictionRoute, Route
from modelratchet.serving.protocols.health import health_route
from modelratchet.serving.scoring import Scoring
from modelratchet.serving.served import Served

TAG = "SageMaker, MLflow"


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """Health and predictions. A redirect or another status than 200 from `/ping` would make SageMaker restart the container."""
    scoring = Scoring(served)
    documentation = scoring.documentation(
        "Answer rows in JSON, CSV or JSON Lines", TAG, "instances", "dataframe_split", "dataframe_records", "inputs"
    )
    return (
        health_route("/ping", "Whether the container takes requests", TAG),
        scoring.route("/invocations", documentation),
    )
