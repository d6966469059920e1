"""The Open Inference Protocol, version 2, which KServe, Triton and Seldon's clients speak: health, metadata and inference, JSON or binary.

Inputs are one tensor a column, as the metadata say, or the graph's own `numeric` and `categorical`; a label is answered as its class's text.
Source: Open Inference Protocol, "REST": "Health", "Server Metadata", "Model Metadata", "Inference"; "Binary Tensor Data Extension".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from modelratchet.core.schema import LABEL_OUTPUT, PROBABILITIES_OUTPUT
from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.encoders.tensors import Asked, TensorAnswers
from modelratchet.serving.exchange import BINARY, JSON, Documentation, PredictionRoute, Request, Response, Route
from modelratchet.serving.parsers.tensors import Tensors
from modelratchet.serving.problems import Problem
from modelratchet.serving.samples import sample_rows, write_json
from modelratchet.serving.served import Served
from modelratchet.version import RELEASE

TAG = "Open Inference Protocol"
LENGTH_HEADER = b"inference-header-content-length"
_MEDIA_TYPES = (JSON, BINARY)


def routes(served: Served) -> Sequence[Route | PredictionRoute]:
    """The server's routes, and the model's with and without its version."""
    name, version = served.model["name"], served.model["version"]
    paths = (f"/v2/models/{name}", f"/v2/models/{name}/versions/{version}")
    infer = _Inference(served)
    server = {"name": "modelratchet", "version": RELEASE, "extensions": ["binary_tensor_data"]}
    found: list[Route | PredictionRoute] = [
        _static("/v2", server, "What this server is"),
        _static("/v2/health/live", {"live": True}, "Whether the process answers"),
        # the specification's table says `live` here too, KServe's own server and client say `ready`
        _static("/v2/health/ready", {"live": True, "ready": True}, "Whether it takes requests"),
    ]
    for path in paths:
        found += [
            _static(path, _metadata(served), "The model's inputs and outputs"),
            _static(f"{path}/ready", {"name": name, "ready": True}, "Whether the model takes requests"),
            PredictionRoute(f"{path}/infer", infer.read, infer.write, infer.documentation()),
        ]
    return found


class _Inference:
    """Reads and writes inference requests of one bundle."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._parse = Tensors(served.schema, served.settings.maximum_rows)
        self._encode = TensorAnswers(served.schema, served.model)

    def read(self, request: Request) -> Batch:
        if request.media_type not in _MEDIA_TYPES:
            detail = f"found content type {request.media_type[:100]!r}, expected one of {', '.join(_MEDIA_TYPES)}"
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
        length = _head_length(request)
        self._encode.asked(request.body[:length])
        return self._parse(request.body[:length], request.body[length:])

    def write(self, answer: Answer, request: Request) -> Response:
        head, binary = self._encode(answer, self._encode.asked(request.body[: _head_length(request)]))
        if not binary:
            return Response(200, JSON, head)
        return Response(200, BINARY, head + binary, ((LENGTH_HEADER, b"%d" % len(head)),))

    def documentation(self) -> Documentation:
        row = sample_rows(self._served.schema)[0]
        datatypes = {True: "BYTES", False: "FP32"}
        inputs = [
            {
                "name": name,
                "shape": [1],
                "datatype": datatypes[name in self._served.schema.categorical],
                "data": [value],
            }
            for name, value in row.items()
        ]
        body = write_json({"id": "order-7.1", "inputs": inputs})
        answer, _ = self._encode(self._served.example, Asked(id="order-7.1"))
        return Documentation("Answer tensors", TAG, {JSON: body}, {JSON: answer}, optional=("id",))


def _head_length(request: Request) -> int:
    """How much of the body is JSON: all of it, where nothing is said."""
    text = request.header(LENGTH_HEADER)
    if not text:
        return len(request.body)
    if text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= len(request.body):
        return int(text)
    detail = (
        f"found Inference-Header-Content-Length {text[:30]!r}, expected at most {len(request.body)}, the body's length"
    )
    raise Problem(HTTPStatus.BAD_REQUEST, "wrong-header", detail)


def _metadata(served: Served) -> dict[str, Any]:
    """One input a column. The classes, which stand behind the columns of the probabilities, are a parameter of theirs."""
    schema = served.schema
    inputs = [
        {"name": column.name, "datatype": "FP32" if column.kind == "numeric" else "BYTES", "shape": [-1, 1]}
        for column in schema.columns
    ]
    outputs: list[dict[str, Any]] = [{"name": "prediction", "datatype": "FP32", "shape": [-1]}]
    if schema.task.is_classification:
        shares = {"name": PROBABILITIES_OUTPUT, "datatype": "FP32", "shape": [-1, len(schema.classes)]}
        outputs = [
            {"name": LABEL_OUTPUT, "datatype": "BYTES", "shape": [-1]},
            {**shares, "parameters": {"classes": list(schema.classes)}},
        ]
    return {
        "name": served.model["name"],
        "versions": [served.model["version"]],
        "platform": "onnxruntime_onnx",
        "inputs": inputs,
        "outputs": outputs,
    }


def _static(path: str, document: Any, summary: str) -> Route:
    response = Response(200, JSON, write_json(document))
    respond: Callable[[Request], Response] = lambda _request: response  # noqa: E731 - typed, so that it fits a route
    return Route("GET", path, respond, Documentation(summary, TAG, answers={JSON: response.body}))
