"""The trial of an image: all protocols offered and every check passed, or it fails. The container is a server in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from modelratchet.serving.exchange import Documentation, Response, Route
from modelratchet.usecases.ports.publishing import Tried
from modelratchet.usecases.ports.serving import Image
from modelratchet.wiring import trying
from modelratchet.wiring.trying import ConformanceTrial
from tests.samples.in_thread import Broken, Sent, answering
from tests.samples.served import sample_app

IMAGE = Image("x:1", "sha256:1", 1, "base", 1, ())


def tried(monkeypatch: pytest.MonkeyPatch, change: Any = None) -> Tried:
    @contextmanager
    def served(_image: Image, environment: Mapping[str, str]) -> Iterator[str]:
        routes = {"health_route": environment["AIP_HEALTH_ROUTE"], "predict_route": environment["AIP_PREDICT_ROUTE"]}
        app = sample_app(None, maximum_rows=50, **routes)
        app._routes["GET", "/"] = Route(
            "GET", "/", lambda _: Response(200, "text/html", b"page"), Documentation("", "")
        )
        with answering(Broken(app, change) if change else app) as address:
            yield address

    monkeypatch.setattr(trying, "tried_container", served)
    return ConformanceTrial().tried(IMAGE)


def test_server_that_answers_everything_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tried(monkeypatch)

    assert found.failures == ()
    assert found.n_checks > 70


def test_check_that_fails_is_told_with_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(scope: Any, sent: Sent) -> Sent:
        return sent.but(status=500) if scope["path"] == "/score" else sent

    found = tried(monkeypatch, broken)
    assert found.failures != ()
    assert all("500" in told for told in found.failures if "expected 200" in told)


def test_protocol_that_is_not_offered_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(scope: Any, sent: Sent) -> Sent:
        return sent.but(status=404, body=b"", headers={}) if scope["path"].startswith("/v2") else sent

    found = tried(monkeypatch, absent)
    assert any("expected it to be offered" in told for told in found.failures)
