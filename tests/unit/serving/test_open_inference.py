"""The Open Inference Protocol: tensors in JSON and in binary, both ways to name the inputs, and claims that are not true."""

from __future__ import annotations

import json
import struct
import time
from typing import Any

import numpy as np
import pytest

from modelratchet.serving.app import App
from tests.samples.candidates import regression_bundle
from tests.samples.served import Answered, call, predict, sample_app

ROWS = [{"hour": 3.0, "carrier": "AA"}, {"hour": None, "carrier": "UA"}]
MODEL = "/v2/models/flights"
HOUR = {"name": "hour", "shape": [2], "datatype": "FP64", "data": [3, None]}
CARRIER = {"name": "carrier", "shape": [2, 1], "datatype": "BYTES", "data": ["AA", "UA"]}
NUMERIC = {"name": "numeric", "shape": [2, 1], "datatype": "FP32", "data": [[3], [None]]}
CATEGORICAL = {"name": "categorical", "shape": [2, 1], "datatype": "BYTES", "data": [["AA"], ["UA"]]}


@pytest.fixture(scope="module")
def app() -> App:
    return sample_app(maximum_rows=5, version="7")


def infer(app: App, document: Any, binary: bytes = b"", length: str | None = None, path: str = MODEL) -> Answered:
    head = document if isinstance(document, bytes) else json.dumps(document).encode()
    claimed = str(len(head)) if binary and length is None else length
    headers = {"inference-header-content-length": claimed} if claimed is not None else {}
    return call(app, "POST", f"{path}/infer", head + binary, headers)


def packed(*texts: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def outputs(answered: Answered) -> dict[str, Any]:
    return {output["name"]: output["data"] for output in answered.document["outputs"]}


@pytest.fixture(scope="module")
def expected(app: App) -> dict[str, Any]:
    found = predict(app, {"rows": ROWS}).document["predictions"]
    shares = [share for row in found for share in row["probabilities"].values()]
    return {"label": [row["label"] for row in found], "probabilities": shares}


def sized(tensor: dict[str, Any], datatype: str, size: int) -> dict[str, Any]:
    kept = {name: value for name, value in tensor.items() if name != "data"}
    return {**kept, "datatype": datatype, "parameters": {"binary_data_size": size}}


BINARY_HOURS = [
    ("FP32", np.array([3, np.nan], "<f4").tobytes()),
    ("FP64", np.array([3, np.nan], "<f8").tobytes()),
    ("FP16", np.array([3, np.nan], "<f2").tobytes()),
]


@pytest.mark.parametrize("inputs", [[HOUR, CARRIER], [CARRIER, HOUR], [NUMERIC, CATEGORICAL]])
def test_columns_and_the_graphs_own_inputs_are_both_taken(app: App, expected: Any, inputs: Any) -> None:
    answered = infer(app, {"id": "order-7", "inputs": inputs})
    assert outputs(answered) == expected
    assert (answered.document["model_name"], answered.document["model_version"]) == ("flights", "7")
    assert answered.document["id"] == "order-7"


@pytest.mark.parametrize(("datatype", "hours"), BINARY_HOURS)
def test_binary_data_say_what_json_says(app: App, expected: Any, datatype: str, hours: bytes) -> None:
    texts = packed(b"AA", b"UA")
    inputs = [sized(HOUR, datatype, len(hours)), sized(CARRIER, "BYTES", len(texts))]
    assert outputs(infer(app, {"inputs": inputs}, hours + texts)) == expected
    assert outputs(infer(app, {"inputs": [*inputs[:1], CARRIER]}, hours)) == expected


@pytest.mark.parametrize(("datatype", "values"), [("BOOL", [True, False]), ("INT8", [1, 0]), ("UINT64", [1, 0])])
def test_whole_numbers_and_truth_values_are_numbers(app: App, datatype: str, values: Any) -> None:
    same = [{"hour": 1, "carrier": "AA"}, {"hour": 0, "carrier": "UA"}]
    expected = [row["label"] for row in predict(app, {"rows": same}).document["predictions"]]
    binary = np.array(values, {"BOOL": "?", "INT8": "i1", "UINT64": "<u8"}[datatype]).tobytes()

    in_json = infer(app, {"inputs": [{**HOUR, "datatype": datatype, "data": values}, CARRIER]})
    in_binary = infer(app, {"inputs": [sized(HOUR, datatype, len(binary)), CARRIER]}, binary)
    assert outputs(in_json) == outputs(in_binary)
    assert outputs(in_json)["label"] == expected


def test_each_output_comes_as_it_is_asked_for(app: App, expected: Any) -> None:
    wanted = [{"name": "probabilities", "parameters": {"binary_data": True}}, {"name": "label"}]
    answered = infer(app, {"inputs": [HOUR, CARRIER], "outputs": wanted})
    length = int(answered.headers["inference-header-content-length"])
    shares, label = json.loads(answered.body[:length])["outputs"]

    assert np.frombuffer(answered.body[length:], "<f4").tolist() == expected["probabilities"]
    assert shares == {
        "name": "probabilities",
        "datatype": "FP32",
        "shape": [2, 2],
        "parameters": {"binary_data_size": 16},
    }
    assert label["data"] == expected["label"]


def test_all_outputs_come_in_binary_where_the_request_says_so(app: App, expected: Any) -> None:
    answered = infer(app, {"inputs": [HOUR, CARRIER], "parameters": {"binary_data_output": True}})
    binary = answered.body[int(answered.headers["inference-header-content-length"]) :]
    assert binary[:10] == packed(*(label.encode() for label in expected["label"]))
    assert answered.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/7"])
def test_the_metadata_lead_to_a_request_that_works(app: App, path: str) -> None:
    metadata = call(app, "GET", path).document
    values = {"FP32": [1.0], "BYTES": ["AA"]}
    inputs = [{**tensor, "shape": [1, 1], "data": values[tensor["datatype"]]} for tensor in metadata["inputs"]]
    found = infer(app, {"inputs": inputs}, path=path).document["outputs"]

    assert call(app, "GET", f"{path}/ready").status == 200
    assert [(out["name"], out["datatype"], [-1, *out["shape"][1:]]) for out in found] == [
        (out["name"], out["datatype"], out["shape"]) for out in metadata["outputs"]
    ]
    assert metadata["outputs"][1]["parameters"]["classes"] == ["0", "1"]


def test_a_regressor_without_categories_has_one_output() -> None:
    app = sample_app(regression_bundle())
    name = call(app, "GET", "/schema").document["model"]["name"]
    columns = [{"name": column, "shape": [1], "datatype": "FP32", "data": [2]} for column in ("hour", "temp")]
    graph = [{"name": "numeric", "shape": [1, 2], "datatype": "FP32", "data": [2, 2]}]

    assert outputs(infer(app, {"inputs": columns}, path=f"/v2/models/{name}")) == {"prediction": [4.0]}
    assert outputs(infer(app, {"inputs": graph}, path=f"/v2/models/{name}")) == {"prediction": [4.0]}


def hour(**changed: Any) -> dict[str, Any]:
    return {"inputs": [HOUR | changed, CARRIER]}


def carrier(**changed: Any) -> dict[str, Any]:
    return {"inputs": [HOUR, CARRIER | changed]}


REFUSED: list[tuple[Any, int, str, int | None, str | None]] = [
    (b"{", 400, "not-json", None, None),
    (b'{"inputs": [{"name": "\xff"}]}', 400, "invalid-utf8", None, None),
    (b'{"inputs": ' + b"[" * 5000, 400, "too-deep", None, None),
    (b'{"parameters": {"a": ' + b"[" * 9000 + b'}, "inputs": []}', 400, "too-deep", None, None),
    ({}, 422, "missing-member", None, None),
    ({"inputs": []}, 422, "missing-column", None, "hour"),
    ({"inputs": [HOUR]}, 422, "missing-column", None, "carrier"),
    ({"inputs": [NUMERIC]}, 422, "missing-column", None, "categorical"),
    ({"inputs": [HOUR, CATEGORICAL]}, 422, "unknown-column", None, "categorical"),
    ({"inputs": [HOUR, CARRIER, HOUR | {"name": "gate"}]}, 422, "unknown-column", None, "gate"),
    ({"inputs": [HOUR, CARRIER, HOUR]}, 422, "duplicate-column", None, None),
    (b'{"inputs": [], "inputs": []}', 400, "duplicate-key", None, None),
    (hour(datatype="FP8"), 422, "wrong-type", None, "hour"),
    (hour(datatype="BYTES"), 422, "wrong-type", None, "hour"),
    (carrier(datatype="FP32"), 422, "wrong-type", None, "carrier"),
    (hour(data=[3, "4"]), 422, "wrong-type", 1, "hour"),
    (hour(data=[True, False]), 422, "wrong-type", 0, "hour"),
    (hour(datatype="INT64"), 422, "wrong-type", 1, "hour"),
    (hour(datatype="INT8", data=[1, 300]), 422, "wrong-type", 1, "hour"),
    (hour(datatype="UINT8", data=[1, -1]), 422, "wrong-type", 1, "hour"),
    (hour(data=[3, 10**60]), 422, "number-too-large", 1, "hour"),
    (hour(data=[3, 10**400]), 422, "number-too-large", 1, "hour"),
    (hour(data=[3, {}]), 422, "wrong-type", 1, "hour"),
    (hour(data=[[3], [[4]]]), 422, "wrong-type", 1, "hour"),
    (hour(data=[[3], [4, 5]]), 422, "wrong-shape", 1, "hour"),
    (carrier(data=["AA", 5]), 422, "wrong-type", 1, "carrier"),
    (carrier(data=["AA", None]), 422, "missing-value", 1, "carrier"),
    (hour(data=[3]), 422, "wrong-size", None, "hour"),
    (hour(data=None), 422, "missing-member", None, "hour"),
    (hour(shape=[]), 422, "wrong-shape", None, "hour"),
    (hour(shape=[-1]), 422, "wrong-shape", None, "hour"),
    (hour(shape=[2, 2]), 422, "wrong-shape", None, "hour"),
    (hour(shape=[-2, -1]), 422, "wrong-shape", None, "hour"),
    (hour(shape=[3]), 422, "ragged-columns", None, "carrier"),
    (hour(shape=[2.5]), 422, "wrong-type", None, None),
    ({"inputs": [HOUR | {"shape": [0], "data": []}, CARRIER | {"shape": [0], "data": []}]}, 422, "no-rows", None, None),
    ({"inputs": [t | {"shape": [10**9]} for t in (HOUR, CARRIER)]}, 413, "too-many-rows", None, None),
    ({"inputs": [t | {"shape": [2**63, 2**63]} for t in (HOUR, CARRIER)]}, 422, "wrong-shape", None, "hour"),
    ({"inputs": [t | {"shape": [10**30]} for t in (HOUR, CARRIER)]}, 413, "too-many-rows", None, None),
    ({"inputs": [HOUR, CARRIER], "outputs": [{"name": "score"}]}, 422, "unknown-output", None, None),
    ({"inputs": [HOUR, CARRIER], "outputs": [{"name": "label"}] * 2}, 422, "duplicate-key", None, None),
    (
        {"inputs": [HOUR, CARRIER], "outputs": [{"name": "label", "parameters": {"classification": 1}}]},
        422, "not-offered", None, None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("document", "status", "kind", "row", "column"), REFUSED)
def test_what_is_wrong_is_said_at_once_with_row_and_column(  # noqa: PLR0917 - the table's columns
    app: App, document: Any, status: int, kind: str, row: int | None, column: str | None
) -> None:
    started = time.process_time()
    found = infer(app, document).document
    assert (found["status"], found["type"], found.get("row"), found.get("column")) == (
        status, f"urn:modelratchet:problem:{kind}", row, column,
    )  # fmt: skip
    assert found["error"] == found["detail"]
    assert time.process_time() - started < 10  # what was made of a size that somebody only claimed would take longer


UNTRUE: list[tuple[list[Any], bytes, str | None]] = [
    ([sized(HOUR, "FP32", 8), CARRIER], b"1234567", None),
    ([sized(HOUR, "FP32", 8), CARRIER], b"123456789", None),
    ([sized(HOUR, "FP64", 8), CARRIER], b"12345678", None),
    ([sized(HOUR, "FP32", -8), CARRIER], b"12345678", None),
    ([sized(HOUR, "FP32", 2**40), CARRIER], b"12345678", None),
    ([sized(HOUR, "FP32", 8) | {"data": [1, 2]}, CARRIER], b"12345678", None),
    ([HOUR, sized(CARRIER, "BYTES", 8)], struct.pack("<I", 2**32 - 1) + b"AAAA", None),
    ([HOUR, sized(CARRIER, "BYTES", 3)], b"\0\0\0", None),
    ([HOUR, sized(CARRIER, "BYTES", 6)], packed(b"AA"), None),
    ([HOUR, sized(CARRIER, "BYTES", 12)], packed(b"AA", b"\xff\xff"), None),
    ([HOUR, CARRIER], b"", "9999"),
    ([HOUR, CARRIER], b"", "-1"),
    ([HOUR, CARRIER], b"", "0x10"),
    ([HOUR, CARRIER], b"", "1" * 5000),
    ([HOUR, CARRIER], b"", "3"),
]


@pytest.mark.parametrize(("inputs", "binary", "length"), UNTRUE)
def test_binary_data_that_are_not_what_is_claimed_are_refused(
    app: App, inputs: Any, binary: bytes, length: str | None
) -> None:
    answered = infer(app, {"inputs": inputs}, binary, length)
    assert 400 <= answered.status < 500
    assert answered.document["error"]


@pytest.mark.parametrize("depth", range(900, 1030, 2))
def test_what_is_nested_just_as_deep_as_the_decoder_goes_is_no_500(app: App, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    body = json.dumps({"inputs": [HOUR, CARRIER], "parameters": {}}).replace("{}", deep).encode()
    assert infer(app, body).status in (200, 400)


def test_parameters_of_an_output_may_be_of_any_kind_but_are_looked_at(app: App) -> None:
    for parameters in (5, "text", [1], {"binary_data": "yes"}):
        wanted = [{"name": "label", "parameters": parameters}]
        assert infer(app, {"inputs": [HOUR, CARRIER], "outputs": wanted}).status == 422


@pytest.mark.parametrize("path", ["/v2/models/other", f"{MODEL}/versions/8", f"{MODEL}/versions/8/ready"])
def test_a_model_that_is_not_here_is_a_404_in_json(app: App, path: str) -> None:
    answered = call(app, "GET", path)
    assert (answered.status, answered.document["type"]) == (404, "urn:modelratchet:problem:not-found")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v2/health/live", {"live": True}),
        ("/v2/health/ready", {"live": True, "ready": True}),
        (f"{MODEL}/ready", {"name": "flights", "ready": True}),
        (f"{MODEL}/versions/7/ready", {"name": "flights", "ready": True}),
    ],
)
def test_probes_say_in_json_what_their_status_says(app: App, path: str, said: Any) -> None:
    answered = call(app, "GET", path)
    assert (answered.status, answered.document) == (200, said)


def test_millions_of_empty_texts_are_not_read_to_the_end(app: App) -> None:
    texts = packed(b"") * 2_000_000
    inputs = [{**HOUR, "shape": [2]}, sized(CARRIER, "BYTES", len(texts))]
    started = time.process_time()
    answered = infer(app, {"inputs": inputs}, texts)
    assert answered.document["detail"] == "input carrier: found more than 2 texts, expected 2 for its shape"
    assert time.process_time() - started < 0.5
