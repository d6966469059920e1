"""`/invocations`, and what shares its formats: every body that a platform sends means the same rows, and every answer the same numbers."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from modelratchet.serving.app import App
from modelratchet.serving.exchange import Request
from modelratchet.storage.bundles import make_bundle
from tests.samples.bundles import LINEAGE, binary_bundle
from tests.samples.scored import BODIES, COLUMNS, LISTS, ROWS, SPLIT, score
from tests.samples.served import call, predict, sample_app


@pytest.fixture(scope="module")
def app() -> App:
    return sample_app(
        maximum_rows=5, maximum_body_bytes=20_000, health_route="/v1/health", predict_route="/v1/endpoints/7:predict"
    )


@pytest.fixture(scope="module")
def flat(app: App) -> list[dict[str, Any]]:
    """What `/predict` says of the rows, in the columns that MLflow's model gives."""
    found = predict(app, {"rows": ROWS}).document["predictions"]
    return [
        {"label": row["label"], **{f"probability.{name}": share for name, share in row["probabilities"].items()}}
        for row in found
    ]


@pytest.mark.parametrize(("content_type", "body"), BODIES)
def test_every_form_of_the_same_rows_has_the_same_answer(app: App, flat: Any, content_type: str, body: bytes) -> None:
    answered = score(app, body, content_type)
    assert (answered.status, answered.document) == (200, {"predictions": flat})


@pytest.mark.parametrize("path", ["/score", "/v1/endpoints/7:predict"])
@pytest.mark.parametrize("member", ["instances", "input_data"])
def test_azure_and_vertex_answer_at_their_own_paths(app: App, flat: Any, path: str, member: str) -> None:
    assert score(app, {member: ROWS}, path=path).document == {"predictions": flat}


@pytest.mark.parametrize("path", ["/ping", "/health", "/v1/health", "/v2/health/live", "/v2/health/ready"])
def test_a_probe_at_any_platforms_path_is_answered_with_200(app: App, path: str) -> None:
    assert call(app, "GET", path).status == 200


def test_csv_is_answered_line_for_line_and_has_a_header_where_one_is_asked_for(app: App, flat: Any) -> None:
    plain = score(app, {"instances": ROWS}, accept="text/csv")
    headed = score(app, {"instances": ROWS}, accept="text/csv; header=present")

    assert plain.headers["content-type"] == "text/csv"
    names, *rows = csv.reader(io.StringIO(headed.body.decode()))
    assert names == ["label", "probability.0", "probability.1"]
    assert [[row["label"], str(row["probability.0"]), str(row["probability.1"])] for row in flat] == rows
    assert headed.body.split(b"\r\n", 1)[1] == plain.body


def test_json_lines_are_answered_line_for_line(app: App, flat: Any) -> None:
    answered = score(app, {"instances": ROWS}, accept="application/jsonlines")
    assert [json.loads(line) for line in answered.body.splitlines()] == flat


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html, text/*;q=0.3, */*;q=0.1", "text/csv"),
        ("application/json;q=0.2, text/csv;q=0.9", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("application/*;q=0.5, application/jsonlines", "application/jsonlines"),
        ("application/json; charset=utf-8", "application/json"),
        (" */* ", "application/json"),
        ("text/html, " * 300 + "text/csv", "text/csv"),
    ],
)
def test_the_accepted_type_of_the_highest_quality_is_written(app: App, accept: str, media_type: str) -> None:
    assert score(app, {"instances": ROWS}, accept=accept).headers["content-type"].startswith(media_type)


@pytest.mark.parametrize(("accept", "status"), [("text/html", 406), ("*/*;q=0", 406), ("text/csv;q=nan", 400)])
def test_what_cannot_be_written_is_said_before_the_rows_are_read(app: App, accept: str, status: int) -> None:
    assert score(app, b"nothing", accept=accept).status == status


def test_a_header_in_several_lines_is_one(app: App) -> None:
    request = Request([(b"accept", b"image/png"), (b"host", b"x"), (b"accept", b"text/csv")], b"", "order-7")
    assert request.header(b"accept") == "image/png, text/csv"


@pytest.mark.parametrize("path", ["/predict", "/invocations", "/v2/models/flights/infer"])
def test_a_packed_body_is_named_and_not_unpacked(app: App, path: str) -> None:
    packed = gzip.compress(json.dumps({"rows": ROWS, "instances": ROWS}).encode())
    answered = call(app, "POST", path, packed, {"content-encoding": "gzip"})
    assert (answered.status, answered.document["detail"]) == (
        415, "found content-encoding 'gzip', expected none; send the body as it is",
    )  # fmt: skip


def test_a_body_as_it_is_may_say_so(app: App) -> None:
    body = json.dumps({"rows": ROWS}).encode()
    assert call(app, "POST", "/predict", body, {"content-encoding": "identity"}).status == 200
    assert call(app, "POST", "/predict", b"{", {"content-encoding": "identity"}).status == 400


LINES, CSV = "application/jsonlines", "text/csv"
REFUSED: list[tuple[str, Any, int, str, int | None, str | None]] = [
    ("application/json", b"", 400, "not-json", None, None),
    ("application/json", {}, 422, "missing-member", None, None),
    ("application/json", {"instances": ROWS, "inputs": ROWS}, 422, "missing-member", None, None),
    ("application/json", {"rows": ROWS}, 422, "unknown-member", None, None),
    ("application/json", ROWS, 422, "wrong-type", None, None),
    ("application/json", {"instances": []}, 422, "no-rows", None, None),
    ("application/json", {"instances": ROWS * 3}, 413, "too-many-rows", None, None),
    ("application/json", {"dataframe_split": {"data": LISTS * 3}}, 413, "too-many-rows", None, None),
    ("application/json", {"inputs": {"hour": [1] * 6, "carrier": ["AA"] * 6}}, 413, "too-many-rows", None, None),
    ("application/json", {"inputs": COLUMNS | {"hour": [1]}}, 422, "ragged-columns", None, "carrier"),
    ("application/json", {"inputs": COLUMNS | {"hour": [1, "2"]}}, 422, "wrong-type", 1, "hour"),
    ("application/json", {"inputs": {"hour": [1]}}, 422, "missing-column", None, "carrier"),
    ("application/json", {"inputs": COLUMNS | {"gate": [1]}}, 422, "unknown-column", None, "gate"),
    ("application/json", {"instances": [ROWS[0], [3]]}, 422, "wrong-type", 1, None),
    ("application/json", {"instances": [[3, "AA"], [3, 4]]}, 422, "wrong-type", 1, "carrier"),
    ("application/json", {"instances": [ROWS[0] | {"gate": 1}]}, 422, "unknown-column", 0, "gate"),
    ("application/json", {"dataframe_records": LISTS}, 422, "wrong-type", 0, None),
    ("application/json", {"dataframe_split": {"columns": ["hour"], "data": [[1]]}}, 422, "missing-column", None, "carrier"),
    ("application/json", {"dataframe_split": SPLIT | {"columns": ["hour", "hour"]}}, 422, "duplicate-column", None, "hour"),
    ("application/json", {"dataframe_split": SPLIT | {"columns": ["hour", "gate"]}}, 422, "unknown-column", None, "gate"),
    ("application/json", {"dataframe_split": SPLIT | {"data": [["AA", 1], ["AA"]]}}, 422, "wrong-length", 1, None),
    ("application/json", {"dataframe_split": SPLIT | {"data": [["AA", 1], ["AA", "1"]]}}, 422, "wrong-type", 1, "hour"),
    ("application/json", {"dataframe_split": SPLIT | {"data": [["AA", 1], [1, 1]]}}, 422, "wrong-type", 1, "carrier"),
    ("application/json", {"dataframe_split": SPLIT | {"data": [["AA", True]]}}, 422, "wrong-type", 0, None),
    ("application/json", b'{"instances": [{"hour": NaN, "carrier": "AA"}]}', 400, "not-json", None, None),
    ("application/json", b'{"instances": [{"hour": 1, "hour": 2, "carrier": "AA"}]}', 400, "duplicate-key", None, None),
    ("application/json", b'{"instances": [[1, "AA"]], "instances": [[2, "AA"]]}', 400, "duplicate-key", None, None),
    ("application/json", b'{"inputs": {"hour": [1], "hour": [2], "carrier": ["AA"]}}', 400, "duplicate-key", None, None),
    ("application/json", b'{"instances": [[1, "\xff"]]}', 400, "invalid-utf8", None, None),
    ("application/json", b'{"instances": [[1' + b"0" * 5000 + b', "AA"]]}', 422, "number-too-large", 0, "hour"),
    ("application/json", b'{"params": {"x": ' + b"[" * 9000 + b'}, "instances": []}', 400, "too-deep", None, None),
    (LINES, b'{"hour": 1, "carrier": "AA"}\n{"hour": 1', 400, "not-json", 1, None),
    (LINES, b'{"hour": 1, "carrier": "AA"}\n{"hour": "x", "carrier": "AA"}', 422, "wrong-type", 1, "hour"),
    (LINES, b'{"hour": 1, "hour": 2, "carrier": "AA"}', 400, "duplicate-key", None, None),
    (LINES, b'[1, "AA"]\n[1, 2]', 422, "wrong-type", 1, "carrier"),
    (LINES, b'[1, "AA"]\n[1, "\xff"]', 400, "invalid-utf8", 1, None),
    (LINES, b"\n", 422, "no-rows", None, None),
    (LINES, b'[1, "AA"]\n' * 6, 413, "too-many-rows", None, None),
    (CSV, b"", 422, "no-rows", None, None),
    (CSV, b"hour,carrier\n", 422, "no-rows", None, None),
    (CSV, b"1,AA\n" * 6, 413, "too-many-rows", None, None),
    (CSV, b"1,AA\n1\n", 422, "wrong-length", 1, None),
    (CSV, b"1,AA\n\n1,AA", 422, "wrong-length", 1, None),
    (CSV, b"1,AA\nnoon,AA\n", 422, "wrong-type", 1, "hour"),
    (CSV, b"nan,AA\n", 422, "wrong-type", 0, "hour"),
    (CSV, b"inf,AA\n", 422, "wrong-type", 0, "hour"),
    (CSV, b"1_0,AA\n", 422, "wrong-type", 0, "hour"),
    (CSV, "\N{ARABIC-INDIC DIGIT ONE},AA\n".encode(), 422, "wrong-type", 0, "hour"),
    (CSV, b"1e999,AA\n", 422, "number-too-large", 0, "hour"),
    (CSV, b"1,\n", 422, "missing-value", 0, "carrier"),
    (CSV, b"1,AA\n\xff,AA\n", 400, "invalid-utf8", None, None),
    (CSV, b'1,"AA\n', 400, "not-csv", 0, None),
    (CSV, b'1,"AA"x\n', 400, "not-csv", 0, None),
    (CSV, b"hour,carrier,gate\n1,AA,3\n", 422, "unknown-column", None, "gate"),
    ("application/parquet", b"PAR1", 415, "unsupported-media-type", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("content_type", "body", "status", "kind", "row", "column"), REFUSED)
def test_what_is_wrong_is_said_with_row_and_column(  # noqa: PLR0917 - the table's columns
    app: App, content_type: str, body: Any, status: int, kind: str, row: int | None, column: str | None
) -> None:
    answered = score(app, body, content_type)
    found = answered.document
    assert (answered.status, found["type"], found.get("row"), found.get("column")) == (
        status, f"urn:modelratchet:problem:{kind}", row, column,
    )  # fmt: skip


def test_a_fault_in_csv_names_the_line_on_which_its_record_ends(app: App) -> None:
    quoted_break = b'hour,carrier\n1,"A\nA"\nnoon,AA\n'
    assert score(app, quoted_break, CSV).document["detail"].startswith("line 4, column hour: found 'noon'")


def test_rows_by_position_stand_in_the_schemas_order_which_may_mix_kinds(flat: Any) -> None:
    bundle = binary_bundle()
    turned = replace(bundle.schema, columns=bundle.schema.columns[::-1])
    app = sample_app(make_bundle(bundle.model, turned, LINEAGE))
    bodies = {
        "application/json": [
            json.dumps({"instances": [["AA", 3], ["UA", None]]}).encode(),
            json.dumps({"inputs": COLUMNS}).encode(),
        ],
        "text/csv": [b"AA,3\nUA,\n", b"hour,carrier\n3,AA\n,UA\n"],
        "application/jsonlines": [b'["AA", 3]\n["UA", null]'],
    }
    for content_type, texts in bodies.items():
        for body in texts:
            assert score(app, body, content_type).document == {"predictions": flat}
    assert score(app, {"instances": [["AA", "3"]]}).document["column"] == "hour"


def test_a_path_that_vertex_ai_chooses_is_vertex_ais() -> None:
    app = sample_app(predict_route="/predict", health_route="/livez")
    assert "predictions" in score(app, {"instances": ROWS}, path="/predict").document
    assert call(app, "GET", "/livez").status == 200
