"""What MLflow's scoring server has beside `/ping` and `/invocations`, which `sagemaker` answers: `GET /version`, `GET /health`.

Source: MLflow, "Deploy MLflow Model as a Local Inference Server", "Inference Server Specification".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.serving.exchange import Documentation, PredictionRoute, Request, Response, Route
from modelratchet.serving.protocols.health import health_route
from modelratchet.serving.served import Served

TAG = "MLflow"
PROTOCOL_VERSION = "2.0"
"""The release of MLflow that brought the form of bodies that is read here; no MLflow is inside that could give a version of its own."""

_TEXT = "text/plain"
_VERSION = Response(200, _TEXT, PROTOCOL_VERSION.encode())


def routes(_served: Served) -> Sequence[Route | PredictionRoute]:
    """The version of the protocol, and health under its second name."""
    documentation = Documentation("The version of MLflow's scoring protocol", TAG, answers={_TEXT: _VERSION.body})
    return (Route("GET", "/version", _version, documentation), health_route("/health", "The same as /ping", TAG))


def _version(_request: Request) -> Response:
    return _VERSION
