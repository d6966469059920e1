"""The suite passes on our server, and fails on servers that are broken in one way each: on the checks that this way concerns, and on no others."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelratchet.conformance.endpoint import Endpoint
from modelratchet.conformance.results import CheckResult, Outcome
from modelratchet.conformance.subject import VertexRoutes
from modelratchet.conformance.suite import run, subject_of
from modelratchet.errors import EndpointError, InputError
from modelratchet.serving.exchange import Documentation, Response, Route
from modelratchet.storage.bundles import Bundle, make_bundle
from tests.patience import PATIENCE_SECONDS
from tests.samples.bundles import LINEAGE
from tests.samples.candidates import regression_bundle
from tests.samples.in_thread import Broken, Prefixed, Sent, answering
from tests.samples.served import sample_app

VERTEX = VertexRoutes("/v1/health", "/v1/endpoints/7:predict")
Change = Callable[[Any, Sent], Sent]


def whole_app(bundle: Any = None) -> Any:
    app = sample_app(bundle, maximum_rows=50, health_route=VERTEX.health, predict_route=VERTEX.predict)
    # the page of another package answers there
    app._routes["GET", "/"] = Route("GET", "/", lambda _: Response(200, "text/html", b"page"), Documentation("", ""))
    return app


def results(app: Any, prefix: str = "") -> list[CheckResult]:
    with answering(app) as url:
        return list(run(subject_of(Endpoint(url + prefix, {}, PATIENCE_SECONDS), None, VERTEX)))


def failed(found: list[CheckResult]) -> set[str]:
    return {f"{item.protocol}: {item.check}" for item in found if item.outcome is Outcome.FAILED}


def regressor() -> Bundle:
    """Without missing values, for which its graph has no answer."""
    bundle = regression_bundle()
    columns = tuple(replace(column, allows_missing=False) for column in bundle.schema.columns)
    return make_bundle(bundle.model, replace(bundle.schema, columns=columns), LINEAGE)


@pytest.mark.parametrize("bundle", [None, regressor()], ids=["classifier", "regressor"])
def test_our_server_answers_everything_as_it_should(bundle: Any) -> None:
    found = results(whole_app(bundle))
    assert [(item.check, item.found) for item in found if item.outcome is not Outcome.PASSED] == []
    assert len(found) > 70


def test_a_server_behind_a_path_prefix_is_asked_there() -> None:
    assert failed(results(Prefixed(whole_app(), "/models/late"), "/models/late/")) == set()


def on(path: str, **changed: Any) -> Change:
    return lambda scope, sent: sent.but(**changed) if scope["path"].endswith(path) else sent


def mislabelled(path: str) -> Change:
    """Answers there with the opposite label."""
    swapped = bytes.maketrans(b"01", b"10")

    def change(scope: Any, sent: Sent) -> Sent:
        if scope["path"] != path or sent.status != 200:
            return sent
        document = json.loads(sent.body)
        for row in document["predictions"]:
            row["label"] = row["label"].encode().translate(swapped).decode()
        return sent.but(body=json.dumps(document).encode())

    return change


def without(header: bytes) -> Change:
    return lambda _, sent: sent.but(headers={name: value for name, value in sent.headers.items() if name != header})


def server_errors(_: Any, sent: Sent) -> Sent:
    return sent.but(status=500) if 400 <= sent.status < 500 and sent.status not in (404, 405) else sent


def one_row_short(scope: Any, sent: Sent) -> Sent:
    is_lines = sent.headers[b"content-type"] == b"application/jsonlines"
    return sent.but(body=b"\n".join(sent.body.splitlines()[:-1])) if is_lines else sent


def closing(_: Any, sent: Sent) -> Sent:
    return sent.but(headers={**sent.headers, b"connection": b"close"})


BROKEN: list[tuple[str, Change, set[str]]] = [
    ("an unhealthy probe", on("/ping", status=503), {"sagemaker: GET /ping", "mlflow: GET /ping"}),
    (
        "other labels for Azure",
        mislabelled("/score"),
        {"azure: POST /score: input_data", "azure: POST /score: instances", "azure: POST /score: inputs"},
    ),
    (
        "no request id",
        without(b"x-request-id"),
        {"http: x-request-id given", "http: x-request-id strange or not given"},
    ),
    ("no version", without(b"x-model-version"), {"http: x-model-version"}),
    ("no Allow", without(b"allow"), {"http: OPTIONS /predict", "http: PUT /predict"}),
    ("a row lost", one_row_short, {"sagemaker: POST /invocations: JSON Lines"}),
    (
        "connections that are not kept",
        closing,
        {"http: a connection that is kept", "http: a connection after a refusal"},
    ),
    (
        "a label as JSON where binary was asked for",
        without(b"inference-header-content-length"),
        {"open-inference: POST …/infer: binary outputs"},
    ),
    (
        "metadata of another model",
        on("/v2/models/flights", body=b'{"name": "flights", "versions": ["0"], "inputs": [], "outputs": [{}]}'),
        {"open-inference: GET /v2/models/flights"},
    ),
    (
        "a method that takes no rows",
        on(
            "/schema.json",
            body=b'{"routes": [{"name": "predict", "route": "/predict", "input": {"properties": {"x": {}}}}]}',
        ),
        {"bentoml: GET /schema.json"},
    ),
    ("a version that is none", on("/version", body=b"latest"), {"mlflow: GET /version"}),
]


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_server_broken_in_one_way_fails_there_and_nowhere_else(change: Change, expected: set[str]) -> None:
    assert failed(results(Broken(whole_app(), change))) == expected


def test_a_server_that_fails_where_it_should_refuse_fails_every_such_check() -> None:
    found = results(Broken(whole_app(), server_errors))
    assert {item.outcome for item in found if item.protocol == "problems"} == {Outcome.FAILED}
    assert "azure: POST /score: no JSON" in failed(found)


def test_a_server_that_is_wrong_in_the_reference_disagrees_with_all_others() -> None:
    found = failed(results(Broken(whole_app(), mislabelled("/predict"))))
    assert {"sagemaker: POST /invocations: CSV", "open-inference: POST …/infer: binary inputs"} <= found


def test_a_page_for_everything_is_no_model_server() -> None:
    app = Broken(
        whole_app(), lambda scope, sent: sent if scope["path"] == "/schema" else Sent(200, {}, b"<html>hello</html>")
    )
    found = results(app)
    passed = {item.check for item in found if item.outcome is Outcome.PASSED}
    assert not any("POST" in check for check in passed)


def test_an_answer_that_never_comes_is_a_failure_and_not_the_end() -> None:
    class Silent:
        def __init__(self, app: Any) -> None:
            self._app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] == "/readyz":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
                await receive()
                await receive()
            else:
                await self._app(scope, receive, send)

    with answering(Silent(whole_app())) as url:
        subject = subject_of(Endpoint(url, {}, 10), None, VERTEX)
        assert failed(list(run(subject, ["plain"]))) == {"plain: GET /readyz"}


def test_what_is_not_offered_is_no_failure_unless_it_was_named() -> None:
    app = whole_app()
    del app._routes["POST", "/score"], app._methods["/score"]
    with answering(app) as url:
        subject = subject_of(Endpoint(url, {}, PATIENCE_SECONDS), None, VERTEX)
        everything, named = list(run(subject)), list(run(subject, ["azure"]))
    assert [item.protocol for item in everything if item.outcome is Outcome.NOT_OFFERED] == ["azure"]
    assert [item.outcome for item in named] == [Outcome.FAILED]


def test_nobody_there_and_no_schema_are_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Endpoint(f"http://127.0.0.1:{taken.getsockname()[1]}", {}, PATIENCE_SECONDS)
        with pytest.raises(EndpointError, match="no server answers"):
            subject_of(nobody)
    app = Broken(whole_app(), on("/schema", status=404))
    with answering(app) as url, pytest.raises(InputError, match="what the model takes is not known"):
        subject_of(Endpoint(url, {}, PATIENCE_SECONDS))
    with pytest.raises(InputError, match="expected the address"):
        Endpoint("ftp://somewhere", {}, PATIENCE_SECONDS)
