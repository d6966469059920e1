"""What the application tells of requests: numbers, the prediction log, labels."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.pyarrow_prediction_log import read_feedback, read_log
from modelratchet.errors import ConfigError
from modelratchet.serving import observing
from modelratchet.serving.app import App
from modelratchet.serving.entry import make_server
from modelratchet.serving.settings import LogSettings
from modelratchet.serving.structured_log import AccessLog
from modelratchet.serving.tracing import Traced
from modelratchet.storage.bundles import write_bundle
from tests.patience import PATIENCE_SECONDS
from tests.samples.bundles import binary_bundle
from tests.samples.logged import EVER
from tests.samples.served import ROW, call, predict, sample_app


def metrics(app: App) -> dict[str, float]:
    lines = call(app, "GET", "/metrics").body.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def live(app: App, *requests: Any) -> list[Any]:
    """Start the server's life, ask, and end it."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    answers: list[Any] = []

    async def receive() -> Any:
        if len(messages) == 1:
            answers.extend([await asyncio.to_thread(request) for request in requests])
        return messages.pop(0)

    async def send(message: Any) -> None:
        assert message["type"].endswith(".complete")

    asyncio.run(app({"type": "lifespan"}, receive, send))
    return answers


def test_answers_and_refusals_are_counted_by_route_status_and_kind() -> None:
    app = sample_app()
    predict(app, {"rows": [ROW, ROW]})
    predict(app, {"rows": []})
    call(app, "GET", "/nowhere")

    found = metrics(app)
    assert found['ratchet_serving_requests_total{route="/predict",status="200"}'] == 1
    assert found['ratchet_serving_rows_total{route="/predict"}'] == 2
    assert found['ratchet_serving_requests_total{route="other",status="404"}'] == 1
    assert sum(value for name, value in found.items() if name.startswith("ratchet_serving_errors_total")) == 2
    assert found["ratchet_serving_requests_in_progress"] == 1  # the scrape itself


def test_values_that_training_never_saw_are_counted_by_column_and_the_warm_up_is_not() -> None:
    app = sample_app()
    predict(app, {"rows": [{"hour": 99, "carrier": "ZZ"}, {"hour": 98, "carrier": "AA"}]})

    found = metrics(app)
    assert found['ratchet_serving_out_of_range_values_total{column="hour"}'] == 2
    assert found['ratchet_serving_unseen_categories_total{column="carrier"}'] == 1
    assert found['ratchet_serving_requests_total{route="/predict",status="200"}'] == 1


def test_the_page_says_what_is_served() -> None:
    app = sample_app(version="7")
    answered = call(app, "GET", "/metrics", headers={"accept": "text/plain"})

    assert answered.headers["content-type"].startswith("text/plain")
    assert "ratchet_serving_build_info{" in answered.body.decode()
    assert 'version="7"' in answered.body.decode()


def test_every_prediction_and_its_label_can_be_read_after_the_server_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the process that writes them has yet to start
    monkeypatch.setattr(observing, "CLOSE_SECONDS", PATIENCE_SECONDS)
    app = sample_app(log_folder=str(tmp_path), version="7", variant="canary")
    one, _ = live(
        app,
        lambda: predict(app, {"rows": [ROW, {"hour": 3, "carrier": "AA"}]}),
        lambda: call(app, "POST", "/feedback", b'{"request_id": "r1", "labels": ["1"]}'),
    )

    (table,) = read_log(str(tmp_path), EVER)
    rows = table.to_pylist()
    assert {row["request_id"] for row in rows} == {one.document["request_id"]}
    assert [row["label"] for row in rows] == [answer["label"] for answer in one.document["predictions"]]
    assert (rows[0]["version"], rows[0]["variant"], rows[0]["feature.carrier"]) == ("7", "canary", "UA")
    assert 0 < rows[0]["latency_us"] < 10_000_000
    assert read_feedback(str(tmp_path), EVER)["label"].to_pylist() == ["1"]


def test_a_label_that_no_class_has_is_a_problem() -> None:
    app = sample_app(log_folder="memory://log")
    answered = call(app, "POST", "/feedback", json.dumps({"request_id": "a", "labels": ["7"]}).encode())

    assert (answered.status, answered.document["type"]) == (422, "urn:modelratchet:problem:unknown-label")


def test_without_a_log_there_is_no_place_for_labels() -> None:
    answered = call(sample_app(), "POST", "/feedback", b'{"request_id": "a", "labels": ["1"]}')

    assert (answered.status, answered.document["type"]) == (404, "urn:modelratchet:problem:no-prediction-log")


def test_a_redacted_column_that_the_model_does_not_have_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="passport"):
        sample_app(log_folder=str(tmp_path), log=LogSettings(redact=("passport",)))


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, App),
        ({"RATCHET_ACCESS_LOG": "1"}, AccessLog),
        ({"RATCHET_TRACING": "1", "OTEL_TRACES_EXPORTER": "none"}, Traced),
    ],
)
def test_nothing_is_wrapped_around_the_application_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], kind: type
) -> None:
    write_bundle(binary_bundle(), tmp_path / "bundle")
    monkeypatch.delenv("OTEL_SDK_DISABLED", raising=False)
    for name, value in {"RATCHET_BUNDLE": str(tmp_path / "bundle"), **environment}.items():
        monkeypatch.setenv(name, value)

    assert type(make_server()) is kind
