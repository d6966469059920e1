"""Whatever is done to a body, on whichever route: an answer or a 4xx problem, never a 500.

The mutations keep most of a good body, so that they reach behind the decoders.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.samples.scored import BODIES, ROWS
from tests.samples.served import call, sample_app

APP = sample_app(maximum_rows=5, maximum_body_bytes=100_000)
INPUTS = [
    {"name": "hour", "shape": [2], "datatype": "FP64", "data": [3, None]},
    {"name": "carrier", "shape": [2, 1], "datatype": "BYTES", "data": ["AA", "UA"]},
]
SIZED = [INPUTS[0] | {"data": None, "parameters": {"binary_data_size": 16}}, INPUTS[1]]
GOOD: list[tuple[str, str, bytes]] = [
    ("/predict", "application/json", json.dumps({"rows": ROWS}).encode()),
    *(("/invocations", content_type, body) for content_type, body in BODIES),
    ("/v2/models/flights/infer", "application/json", json.dumps({"id": "7", "inputs": INPUTS}).encode()),
    (
        "/v2/models/flights/infer",
        "application/json",
        json.dumps({"inputs": INPUTS, "outputs": [{"name": "label"}]}).encode(),
    ),
    ("/v2/models/flights/infer", "application/json", json.dumps({"inputs": SIZED}).encode() + b"\0" * 16),
]
POISON = [
    b"NaN", b"null", b"1e999", b"-", b"1" * 400, b'""', b"[]", b"{}", b"[[", b'"\\ud800"', b"\xff", b"\0", b"true", b'"', b"\n", b",", b":",
    b"1" * 5000, b"-1", b"9223372036854775808", b"Infinity", b"\xed\xa0\x80", b"2.5", b'"hour"', b"\r",
]  # fmt: skip
HEADERS = st.sampled_from(["", "0", "10", "105", "-1", "99999999999999999999", "a"])
ACCEPTS = st.sampled_from(["*/*", "text/csv", "application/jsonlines", "text/csv;header=present", ";;q=,", "a/b;q=2"])


@st.composite
def poisoned(draw: Any) -> tuple[str, bytes, dict[str, str]]:
    path, content_type, body = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 12)))
        body = body[:start] + draw(st.sampled_from(POISON)) + body[end:]
    headers = {"content-type": content_type, "accept": draw(ACCEPTS)}
    if length := draw(HEADERS):
        headers["inference-header-content-length"] = length
    return path, body, headers


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(poisoned())
def test_no_poisoned_body_has_a_500(request: tuple[str, bytes, dict[str, str]]) -> None:
    path, body, headers = request
    answered = call(APP, "POST", path, body, headers)
    assert answered.status == 200 or 400 <= answered.status < 500, answered.body
    if answered.status != 200:
        assert answered.headers["content-type"] == "application/problem+json"
        assert answered.document["detail"]
