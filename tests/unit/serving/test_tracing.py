"""A request becomes a span that continues the caller's trace; without the switch nothing of it is loaded."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from modelratchet.serving.structured_log import JsonFormatter
from modelratchet.serving.tracing import Traced, is_switched_on

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NOWHERE = {"OTEL_TRACES_EXPORTER": "none"}


@pytest.fixture(autouse=True)
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_SDK_DISABLED", raising=False)


def span_of(status: int = 200, path: str = "/predict", headers: Any = (), inside: Any = lambda: None) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        inside()
        await send({"type": "http.response.start", "status": status, "headers": [(b"x-request-id", b"r1")]})
        await send({"type": "http.response.body", "body": b""})

    async def ignore(message: Any = None) -> None:
        return None

    traced = Traced(application, ["/predict"], NOWHERE)
    exporter = InMemorySpanExporter()
    traced._provider.add_span_processor(SimpleSpanProcessor(exporter))
    scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers), "server": ("localhost", 3000)}
    asyncio.run(traced(scope, ignore, ignore))
    traced.close()
    (span,) = exporter.get_finished_spans()
    return span


def test_the_callers_trace_is_continued() -> None:
    span = span_of(headers=[(b"traceparent", f"00-{TRACE}-{PARENT}-01".encode())])

    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT


def test_a_state_in_several_lines_is_one_list() -> None:
    lines = [(b"tracestate", b"one=1"), (b"traceparent", f"00-{TRACE}-{PARENT}-01".encode()), (b"tracestate", b"two=2")]

    assert dict(span_of(headers=lines).context.trace_state) == {"one": "1", "two": "2"}


def test_of_two_parents_none_is_believed() -> None:
    lines = [(b"traceparent", f"00-{TRACE}-{parent}-01".encode()) for parent in (PARENT, PARENT[::-1])]

    assert span_of(headers=lines).parent is None


def test_a_trace_that_the_caller_did_not_sample_is_left_alone() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        span_of(headers=[(b"traceparent", f"00-{TRACE}-{PARENT}-00".encode())])


@pytest.mark.parametrize("header", [b"nonsense", b"00-0-0-01", b"\xff\xfe"])
def test_a_broken_traceparent_begins_a_trace_anew(header: bytes) -> None:
    assert span_of(headers=[(b"traceparent", header)]).parent is None


def test_a_span_says_what_the_conventions_ask_for() -> None:
    span = span_of(headers=[(b"user-agent", b"wrk")])

    assert (span.name, span.kind) == ("POST /predict", SpanKind.SERVER)
    assert {name: span.attributes[name] for name in ("http.request.method", "http.route", "http.response.status_code", "user_agent.original", "server.port")} == {
        "http.request.method": "POST", "http.route": "/predict", "http.response.status_code": 200, "user_agent.original": "wrk", "server.port": 3000,
    }  # fmt: skip
    assert span.attributes["http.response.header.x-request-id"] == ("r1",)


def test_a_path_that_is_no_route_names_no_span() -> None:
    span = span_of(404, "/guess/17")

    assert span.name == "POST"
    assert "http.route" not in span.attributes
    assert span.status.status_code == StatusCode.UNSET


def test_a_failure_of_the_server_is_an_error() -> None:
    span = span_of(503)

    assert (span.status.status_code, span.attributes["error.type"]) == (StatusCode.ERROR, "503")


def test_lines_of_the_log_say_the_trace() -> None:
    record = logging.makeLogRecord({"msg": "hello"})
    lines: list[str] = []
    span_of(
        headers=[(b"traceparent", f"00-{TRACE}-{PARENT}-01".encode())],
        inside=lambda: lines.append(JsonFormatter().format(record)),
    )

    assert json.loads(lines[0])["trace_id"] == TRACE


def test_an_exporter_that_is_not_installed_is_said_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    Traced(None, [], {"OTEL_TRACES_EXPORTER": "zipkin"}).close()

    assert "no exporter 'zipkin' is installed" in caplog.text


def test_the_console_exporter_is_at_hand_and_the_service_has_a_name() -> None:
    code = (
        "from modelratchet.serving.tracing import Traced; traced = Traced(None, [], {'OTEL_TRACES_EXPORTER': 'console'});"
        "traced._tracer.start_span('hello').end(); traced.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    span = json.loads(done.stdout)
    assert (span["name"], span["resource"]["attributes"]["service.name"]) == ("hello", "modelratchet")


@pytest.mark.parametrize(
    ("environment", "is_on"),
    [({}, False), ({"RATCHET_TRACING": "1"}, True), ({"RATCHET_TRACING": "1", "OTEL_SDK_DISABLED": "true"}, False)],
)
def test_tracing_is_off_unless_it_is_asked_for(environment: dict[str, str], is_on: bool) -> None:
    assert is_switched_on(environment) is is_on


def test_nothing_of_opentelemetry_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, modelratchet.serving.tracing, modelratchet.serving.structured_log;"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
