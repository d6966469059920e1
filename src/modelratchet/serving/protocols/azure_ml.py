"""Azure Machine Learning's online endpoints: `POST /score`.

A deployment names its three routes in `inference_config`: `liveness_route: {path: /livez, port: 3000}`, `readiness_route: {path: /readyz, …}`,
`scoring_route: {path: /score, …}`. Azure's own inference server is probed at `/`, which answers here with the page, so that deployments that
leave its probes alone are alive too. `{"input_data": …}` is what Azure sends to models from MLflow.
Source: Azure Machine Learning, "Use a custom container to deploy a model to an online endpoint", "Configure the deployment"; "Azure Machine
Learning inference HTTP server", "Server routes"; "Deploy MLflow models to online endpoints", "Example payload".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.serving.exchange import PredictionRoute, Route
from modelratchet.serving.scoring import Scoring
from modelratchet.serving.served import Served

TAG = "Azure ML"


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """Predictions; the probes are those of `plain`."""
    scoring = Scoring(served)
    return (scoring.route("/score", scoring.documentation("Answer rows", TAG, "input_data", "instances", "inputs")),)
