"""What operators and those who learn the truth later ask: `GET /metrics`, `POST /feedback`.

Source: Prometheus, "Exposition formats"; OpenMetrics 1.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from modelratchet.serving.crowds import most_values, refuse_crowded_json
from modelratchet.serving.exchange import JSON, Documentation, PredictionRoute, Request, Response, Route
from modelratchet.serving.served import Served

TAG = "operations"
_VALUES_BESIDE_A_LABEL = 2  # the request id and the row


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """Numbers out, labels in; nothing where the server is not observed."""
    observer = served.observer
    if observer is None:
        return ()

    def metrics(request: Request) -> Response:
        # prometheus_client is needed here alone, and not before somebody looks
        from modelratchet.serving.metrics.text import Build, page

        settings = served.settings
        build = Build(settings.name, settings.version, settings.variant, served.digest)
        written = page(observer.seen(), build, request.header(b"accept"))
        return Response(HTTPStatus.OK, written.media_type, written.body)

    most_labels = most_values(_VALUES_BESIDE_A_LABEL, served.settings.maximum_rows)

    def feedback(request: Request) -> Response:
        refuse_crowded_json(request.body, most_labels)
        return Response(HTTPStatus.ACCEPTED, JSON, observer.accept_feedback(request.body))

    label = served.schema.classes[0] if served.schema.classes else 1.5
    # a server without a log refuses them all, and an example has to work as it stands
    examples = (
        {}
        if observer.log is None
        else {
            JSON: msgspec.json.encode({"request_id": "order-7", "labels": [label]}),
            f"{JSON};rows": msgspec.json.encode([{"request_id": "order-7", "row": 0, "label": label}]),
        }
    )
    accepted = {JSON: b'{"accepted":1,"outside_sample":0}'}
    return (
        Route("GET", "/metrics", metrics, Documentation("Numbers for Prometheus", TAG)),
        Route(
            "POST",
            "/feedback",
            feedback,
            Documentation("Labels that came later, by request id", TAG, examples, accepted, HTTPStatus.ACCEPTED),
        ),
    )
