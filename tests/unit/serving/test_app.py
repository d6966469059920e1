"""The application answers rows, and what cannot be answered with a problem document."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import numpy as np
import pytest

from modelratchet.serving.app import App
from modelratchet.serving.batches import Batch
from modelratchet.serving.predictor import Predictor
from modelratchet.serving.problems import Problem
from tests.samples.bundles import binary_bundle
from tests.samples.served import ROW, call, predict, sample_app


@pytest.fixture(scope="module")
def app() -> App:
    return sample_app(maximum_rows=5, maximum_body_bytes=4000)


def test_each_row_gets_its_label_and_the_share_of_every_class(app: App) -> None:
    answered = predict(app, {"rows": [{"hour": 3, "carrier": "AA"}, {"hour": 20.5, "carrier": "AA"}]})

    early, late = answered.document["predictions"]
    assert (answered.status, early["label"], late["label"]) == (200, "0", "1")
    assert sum(late["probabilities"].values()) == pytest.approx(1.0)
    assert answered.document["model"] == {"name": "flights", "version": "0", "bundle": binary_bundle().digest}


def test_columns_are_answered_as_rows_are(app: App) -> None:
    by_rows = predict(app, {"rows": [ROW, {"hour": None, "carrier": "AA"}]}).document["predictions"]
    assert predict(app, {"columns": {"carrier": ["UA", "AA"], "hour": [20, None]}}).document["predictions"] == by_rows


def test_the_callers_request_id_is_kept_and_a_strange_one_is_not(app: App) -> None:
    body = json.dumps({"rows": [ROW]}).encode()
    own = call(app, "POST", "/predict", body, {"x-request-id": "order-7.1"})
    strange = call(app, "POST", "/predict", body, {"x-request-id": "a b\n"})

    assert own.headers["x-request-id"] == own.document["request_id"] == "order-7.1"
    assert strange.headers["x-request-id"] not in {"a b\n", own.headers["x-request-id"]}
    assert own.headers["x-model-version"] == "0"


REFUSED: list[tuple[Any, int, str, int | None, str | None]] = [
    (b"", 400, "not-json", None, None),
    (b'{"rows": [', 400, "not-json", None, None),
    (b'{"rows": [{"hour": NaN, "carrier": "AA"}]}', 400, "not-json", None, None),
    (b'{"rows": [{"hour": 1, "carrier": "\xff"}]}', 400, "invalid-utf8", None, None),
    (b'{"rows": [{"hour": 1, "hour": 2, "carrier": "AA"}]}', 400, "duplicate-key", None, None),
    (b'{"columns": {"hour": [1], "hour": [2], "carrier": ["AA"]}}', 400, "duplicate-key", None, None),
    (
        b'{"rows": [{"hour": 1, "carrier": "AA"}], "rows": [{"hour": 2, "carrier": "AA"}]}',
        400,
        "duplicate-key",
        None,
        None,
    ),
    (b'{"rows": ' + b"[" * 3000, 422, "wrong-type", 0, None),
    ({"rows": []}, 422, "no-rows", None, None),
    ({}, 422, "missing-member", None, None),
    ({"rows": [ROW], "columns": {"hour": [1], "carrier": ["AA"]}}, 422, "missing-member", None, None),
    ({"rows": [ROW] * 6}, 413, "too-many-rows", None, None),
    ({"lines": [ROW]}, 422, "unknown-member", None, None),
    ([ROW], 422, "wrong-type", None, None),
    ({"rows": [ROW, ROW | {"carier": "AA"}]}, 422, "unknown-column", 1, "carier"),
    ({"rows": [ROW, {"hour": 1}]}, 422, "missing-column", 1, "carrier"),
    ({"rows": [ROW, ROW | {"hour": "noon"}]}, 422, "wrong-type", 1, "hour"),
    ({"rows": [ROW | {"hour": True}]}, 422, "wrong-type", 0, "hour"),
    ({"rows": [ROW | {"carrier": 5}]}, 422, "wrong-type", 0, "carrier"),
    ({"rows": [ROW, ROW | {"carrier": None}]}, 422, "missing-value", 1, "carrier"),
    ({"rows": [ROW, ROW | {"carrier": ""}]}, 422, "missing-value", 1, "carrier"),
    ({"rows": [ROW | {"hour": 1e300}]}, 422, "number-too-large", 0, "hour"),
    (b'{"rows": [{"hour": 1e999, "carrier": "AA"}]}', 422, "number-too-large", 0, "hour"),
    (b'{"rows": [{"hour": 1' + b"0" * 400 + b', "carrier": "AA"}]}', 422, "number-too-large", 0, "hour"),
    ({"columns": {"hour": [1, 2], "carrier": ["AA"]}}, 422, "ragged-columns", None, "carrier"),
    ({"rows": [ROW | {"carrier": "A" * 5000}]}, 413, "body-too-large", None, None),
]


@pytest.mark.parametrize(("document", "status", "kind", "row", "column"), REFUSED)
def test_what_is_wrong_is_said_with_row_and_column(  # noqa: PLR0917 - the table's columns
    app: App, document: Any, status: int, kind: str, row: int | None, column: str | None
) -> None:
    answered = predict(app, document)

    found = answered.document
    assert (answered.status, found["type"]) == (status, f"urn:modelratchet:problem:{kind}")
    assert (found.get("row"), found.get("column"), found["status"]) == (row, column, status)
    assert answered.headers["content-type"] == "application/problem+json"
    assert found["request_id"] == answered.headers["x-request-id"]


def test_a_colon_in_a_text_is_no_second_key(app: App) -> None:
    assert predict(app, {"rows": [ROW | {"carrier": 'a":b::"c'}]}).status == 200


@pytest.mark.parametrize(
    ("method", "path", "content_type", "status"),
    [
        ("POST", "/predict", "text/html", 415),
        ("POST", "/predict", "application/json; charset=utf-8", 400),
        ("GET", "/predict", "", 405),
        ("GET", "/nowhere", "", 404),
    ],
)
def test_a_wrong_door_is_named(app: App, method: str, path: str, content_type: str, status: int) -> None:
    assert call(app, method, path, b"", {"content-type": content_type}).status == status


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_health_is_an_empty_ok(app: App, path: str) -> None:
    answered = call(app, "GET", path)
    assert (answered.status, answered.body) == (200, b"")


@pytest.mark.parametrize(
    ("setting", "row", "kind"),
    [
        ({"unseen_categories": "refuse"}, ROW | {"carrier": "ZZ"}, "unseen-category"),
        ({"out_of_range": "refuse"}, ROW | {"hour": 24}, "out-of-range"),
    ],
)
def test_the_policy_may_refuse_what_training_never_saw(setting: Any, row: Any, kind: str) -> None:
    assert predict(sample_app(), {"rows": [row]}).status == 200
    assert predict(sample_app(**setting), {"rows": [row]}).document["type"].endswith(kind)


def test_an_answer_that_is_not_finite_is_refused() -> None:
    app = sample_app(binary_bundle(weight=math.inf))
    assert predict(app, {"rows": [ROW]}).status == 200
    # 0 times infinity is no number
    assert predict(app, {"rows": [ROW, ROW | {"hour": 0}]}).document["type"].endswith("no-finite-answer")


def test_a_run_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = Batch(200_000, np.ones((200_000, 1), np.float32), np.full((200_000, 1), "AA", object))
    app = sample_app(binary_bundle(idle_nodes=400), deadline_seconds=0.05)
    predictor: Predictor = app._predictor

    with pytest.raises(Problem, match="not answered within") as caught:
        asyncio.run(predictor.answer_aside(batch))

    assert caught.value.status == 503
    assert predictor._pool.submit(lambda: True).result(timeout=60)
