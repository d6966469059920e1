"""The Open Inference Protocol, version 2: health, metadata, inference in JSON and binary.

Source: Open Inference Protocol, "REST"; "Binary Tensor Data Extension".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.conformance.answers import Scored, same
from modelratchet.conformance.expectations import SAME, Expectation, Protocol, healthy, is_there
from modelratchet.conformance.results import Found
from modelratchet.conformance.subject import Subject
from modelratchet.conformance.tensors import LENGTH, by_column, by_graph, in_binary, infer, scored, tensors_of


def _path(subject: Subject) -> str:
    return f"/v2/models/{subject.name}"


def _score(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> list[Scored]:
    return scored(infer(subject, _path(subject), {"inputs": by_column(subject, rows)}), subject)


def _server(subject: Subject) -> Found:
    heard = subject.endpoint.call("GET", "/v2")
    document = heard.document
    return Found(bool(document["name"] and document["version"]) and "extensions" in document, heard.said)


def _metadata(subject: Subject) -> Found:
    document = subject.endpoint.call("GET", _path(subject)).document
    found = {tensor["name"]: tensor["datatype"] for tensor in document["inputs"]}
    wanted = {column.name: "FP32" if column.kind == "numeric" else "BYTES" for column in subject.schema.columns}
    is_right = document["name"] == subject.name and found == wanted and bool(document["outputs"])
    return Found(is_right, f"{document['name']}: {len(found)} inputs, {len(document['outputs'])} outputs")


def _columns(subject: Subject) -> Found:
    return same(_score(subject, subject.rows), subject.reference)


def _graph(subject: Subject) -> Found:
    heard = infer(subject, _path(subject), {"inputs": by_graph(subject, subject.rows)})
    return same(scored(heard, subject), subject.reference)


def _binary_in(subject: Subject) -> Found:
    heads, binary = in_binary(by_column(subject, subject.rows))
    return same(scored(infer(subject, _path(subject), {"inputs": heads}, binary), subject), subject.reference)


def _binary_out(subject: Subject) -> Found:
    document = {"inputs": by_column(subject, subject.rows), "parameters": {"binary_data_output": True}}
    heard = infer(subject, _path(subject), document)
    if LENGTH not in heard.headers:
        return Found(is_right=False, said=f"no {LENGTH}: {heard.said}")
    return same(scored(heard, subject), subject.reference)


def _by_name(subject: Subject) -> Found:
    wanted = "probabilities" if subject.schema.task.is_classification else "prediction"
    document = {"inputs": by_column(subject, subject.rows), "outputs": [{"name": wanted}]}
    found = list(tensors_of(infer(subject, _path(subject), document)))
    return Found(found == [wanted], ", ".join(found))


def _id(subject: Subject) -> Found:
    document = infer(subject, _path(subject), {"id": "order-7.1", "inputs": by_column(subject, subject.rows)}).document
    is_right = document["id"] == "order-7.1" and document["model_name"] == subject.name
    return Found(is_right, f"{document['id']}, {document['model_name']} {document.get('model_version')}")


def _version(subject: Subject) -> Found:
    version = subject.endpoint.call("GET", _path(subject)).document["versions"][0]
    path = f"{_path(subject)}/versions/{version}"
    ready = subject.endpoint.call("GET", f"{path}/ready")
    if ready.status != 200:
        return Found(is_right=False, said=ready.said)
    return same(scored(infer(subject, path, {"inputs": by_column(subject, subject.rows)}), subject), subject.reference)


def _fault(check: str, path: str, document: Any, binary: bytes = b"") -> Expectation:
    def ask(subject: Subject) -> Found:
        heard = infer(subject, path, document, binary)
        return Found(400 <= heard.status < 500 and bool(heard.document["error"]), heard.said)

    return Expectation(f"POST …/infer: {check}", "4xx with `error`", ask)


def _expectations(subject: Subject) -> Sequence[Expectation]:
    path, inputs = _path(subject), by_column(subject, subject.rows)
    endless = [{**tensor, "shape": [10**9, 1]} for tensor in inputs]
    negative = [{**tensor, "shape": [-1, 1]} for tensor in inputs]
    heads, binary = in_binary(inputs)
    return (
        Expectation("GET /v2", "name, version, extensions", _server),
        *map(healthy, ("/v2/health/live", "/v2/health/ready", f"{path}/ready")),
        Expectation(f"GET {path}", "the schema's columns as inputs", _metadata),
        Expectation("POST …/infer: a tensor a column", SAME, _columns),
        Expectation("POST …/infer: the graph's inputs", SAME, _graph),
        Expectation("POST …/infer: binary inputs", SAME, _binary_in),
        Expectation("POST …/infer: binary outputs", f"{SAME}, with {LENGTH}", _binary_out),
        Expectation("POST …/infer: outputs by name", "only what was asked for", _by_name),
        Expectation("POST …/infer: id", "the request's id and the model's name", _id),
        Expectation("POST …/versions/V/infer", SAME, _version),
        _fault("no JSON of a request", path, []),
        _fault("an unknown input", path, {"inputs": [{**inputs[0], "name": "no such input"}]}),
        _fault("a negative shape", path, {"inputs": negative}),
        _fault("a billion rows claimed", path, {"inputs": endless}),
        _fault("binary data cut short", path, {"inputs": heads}, binary[:-1]),
        _fault("a model that is not here", "/v2/models/no-such-model", {"inputs": inputs}),
    )


PROTOCOL = Protocol("open-inference", lambda subject: is_there(subject, "GET", "/v2"), _expectations, _score)
