"""A body with more values than any request may hold is refused before it is decoded; one whose texts are full of commas is not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from modelratchet.serving.app import App
from tests.samples.served import ROW, call, predict, sample_app

MANY = 200_000


@pytest.fixture(scope="module")
def app() -> App:
    return sample_app(maximum_rows=1000)


CROWDS: list[tuple[str, Any]] = [
    ("/predict", {"rows": [ROW] * MANY}),
    ("/predict", {"columns": {"hour": [1] * MANY, "carrier": ["AA"]}}),
    ("/invocations", {"dataframe_split": {"data": [[1, "AA"]] * MANY}}),
    ("/invocations", {"instances": [[1, "AA"]] * MANY}),
    ("/v2/models/flights/infer", {"inputs": [{"name": "hour", "shape": [MANY], "datatype": "FP32", "data": [1] * MANY}]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "document"), CROWDS)
def test_too_many_values_are_refused_in_any_form(app: App, path: str, document: Any) -> None:
    answered = predict(app, document, path)
    assert (answered.status, answered.document["type"].rpartition(":")[2]) == (413, "too-many-values")


@pytest.mark.parametrize("begin", [b'{"request_id":"a","labels":[', b"["])
def test_too_many_labels_are_refused_before_they_are_read(app: App, begin: bytes) -> None:
    started = time.process_time()
    answered = call(app, "POST", "/feedback", begin + b"1," * 8_000_000)
    assert (answered.status, answered.document["type"].rpartition(":")[2]) == (413, "too-many-values")
    assert time.process_time() - started < 1


def test_commas_in_texts_are_no_values(app: App) -> None:
    commas = ROW | {"carrier": '"\\' + "," * 2000}
    assert predict(app, {"rows": [commas] * 500}).status == 200


def test_as_many_rows_as_are_allowed_are_taken_in_any_form(app: App) -> None:
    rows = [ROW | {"carrier": "A" * 300}] * 1000
    split = {"index": list(range(1000)), "columns": list(ROW), "data": [list(row.values()) for row in rows]}

    assert predict(app, {"rows": rows}).status == 200
    assert predict(app, {"dataframe_split": split}, "/invocations").status == 200


HEADS: list[tuple[str, str, bytes]] = [
    ("/invocations", "application/jsonlines", b'[1,"AA"]\n' * MANY),
    ("/invocations", "application/x-ndjson", b"[]\n" * MANY),
    ("/invocations", "text/csv", b"1" + b"," * 2 * MANY),
    ("/invocations", "text/csv", b"1,AA\n" * MANY),
    ("/invocations", "text/csv", b'x"' + b"," * 2 * MANY + b'"'),
    ("/v2/models/flights/infer", "application/octet-stream", b'{"inputs":[{"data":[' + b"[]," * MANY),
]


@pytest.mark.parametrize(("path", "media_type", "body"), HEADS)
def test_too_many_values_are_refused_in_any_media_type(app: App, path: str, media_type: str, body: bytes) -> None:
    answered = call(app, "POST", path, body, {"content-type": media_type})
    assert (answered.status, answered.document["type"].rpartition(":")[2]) == (413, "too-many-values")


def test_commas_in_quoted_fields_are_no_values(app: App) -> None:
    body = (b'1,"A""' + b"," * 2000 + b'"\r\n') * 500
    assert call(app, "POST", "/invocations", body, {"content-type": "text/csv"}).status == 200


def test_a_media_type_without_a_parser_is_not_counted(app: App) -> None:
    assert call(app, "POST", "/invocations", b"," * MANY, {"content-type": "text/html"}).status == 415


@pytest.mark.parametrize("media_type", ["application/json", "application/jsonlines", "text/csv"])
@pytest.mark.parametrize("body", [b'"\\"' * 1_000_000, b'"' + b"\\" * 3_000_001, b'"' * 3_000_001, b"," * 3_000_000])
def test_no_text_makes_the_count_slow(app: App, body: bytes, media_type: str) -> None:
    started = time.process_time()
    answered = call(app, "POST", "/invocations", body + b"," * 50_000, {"content-type": media_type})
    assert answered.status in {400, 413, 422}
    assert time.process_time() - started < 3


def test_a_head_before_binary_tensors_is_counted_alone(app: App) -> None:
    head = json.dumps({"inputs": []}).encode()
    headers = {"inference-header-content-length": str(len(head)), "content-type": "application/json"}
    answered = call(app, "POST", "/v2/models/flights/infer", head + b"," * 400_000, headers)
    assert not answered.document["type"].endswith("too-many-values")
