"""Plain HTTP, and BentoML's clients: `POST /predict` takes rows or columns; `/livez`, `/readyz` and `/healthz` say how the server is.

Source: BentoML's health endpoints; Kubernetes, "Configure Liveness, Readiness and Startup Probes".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.serving.batches import Answer
from modelratchet.serving.encoders.records import RecordAnswers
from modelratchet.serving.exchange import JSON, Documentation, PredictionRoute, Request, Response, Route, reader
from modelratchet.serving.parsers.records import Records
from modelratchet.serving.samples import columns_of, sample_rows, write_json
from modelratchet.serving.served import Served

TAG = "plain"
PREDICT_PATH = "/predict"
_HEALTH = {"/livez": "Whether the process answers", "/readyz": "Whether it takes requests", "/healthz": "The same"}


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """Rows in, answers out, and health."""
    encode = RecordAnswers(served.schema, served.model)

    def write(answer: Answer, request: Request) -> Response:
        return Response(200, JSON, encode(answer, request.request_id))

    rows = sample_rows(served.schema)
    predict = PredictionRoute(
        PREDICT_PATH,
        reader({JSON: Records(served.schema, served.settings.maximum_rows)}),
        write,
        Documentation(
            "Answer rows, or columns",
            TAG,
            {JSON: write_json({"rows": rows}), f"{JSON};columns": write_json({"columns": columns_of(rows)})},
            {JSON: encode(served.example, "order-7.1")},
        ),
    )
    return (predict, *(_health(path, summary) for path, summary in _HEALTH.items()))


def _health(path: str, summary: str) -> Route:
    # a body that is empty, as BentoML's own
    return Route("GET", path, lambda _request: Response(200, "text/plain", b""), Documentation(summary, TAG))
