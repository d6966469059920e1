"""A span for each request, with OpenTelemetry; nothing of it is loaded unless `RATCHET_TRACING` is 1.

The caller's `traceparent` is continued. Where spans go is told by OpenTelemetry's own variables (`OTEL_TRACES_EXPORTER`, `OTEL_TRACES_SAMPLER`,
`OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_ENDPOINT` …). Source: W3C Trace Context, level 1; OpenTelemetry, "Semantic conventions for HTTP
spans", and "Environment variable specification".
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from importlib.metadata import entry_points
from typing import Any

from modelratchet.serving.exchange import RawHeaders

SWITCH = "RATCHET_TRACING"
_DISABLED = "OTEL_SDK_DISABLED"
_EXPORTER = "OTEL_TRACES_EXPORTER"
# what OTLP's exporters are called, the general name first
_OTLP = ("otlp", "otlp_proto_http", "otlp_proto_grpc")
_logger = logging.getLogger(__name__)


def is_switched_on(environment: Mapping[str, str]) -> bool:
    """Whether requests are to be traced."""
    return environment.get(SWITCH) == "1" and environment.get(_DISABLED, "").lower() != "true"


class Traced:
    """An ASGI application that makes a span of each request of the one that it wraps."""

    def __init__(self, application: Any, routes: Collection[str], environment: Mapping[str, str]) -> None:
        """Set OpenTelemetry up.

        Args:
            application: what answers.
            routes: paths that may name a span; others are too many.
            environment: says where spans go.
        """
        from opentelemetry.sdk.trace import TracerProvider

        self.application = application
        self._routes = frozenset(routes)
        self._provider = TracerProvider(resource=_resource())
        for exporter in _exporters(environment.get(_EXPORTER, "otlp")):
            self._provider.add_span_processor(_processor(exporter))
        self._tracer = self._provider.get_tracer(__name__)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer within a span."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        from opentelemetry import propagate
        from opentelemetry.trace import SpanKind

        headers = _joined(scope["headers"])
        attributes = self._attributes(scope, headers)
        name = f"{attributes['http.request.method']} {attributes.get('http.route', '')}".strip()
        with self._tracer.start_as_current_span(
            name, propagate.extract(headers), kind=SpanKind.SERVER, attributes=attributes
        ) as span:
            await self.application(scope, receive, _Noting(span, send))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _attributes(self, scope: Any, headers: Mapping[str, str]) -> dict[str, Any]:
        attributes = {
            "http.request.method": scope["method"],
            "url.scheme": scope.get("scheme", "http"),
            "url.path": scope["path"],
            "network.protocol.version": scope.get("http_version", "1.1"),
        }
        if scope["path"] in self._routes:
            attributes["http.route"] = scope["path"]
        if "user-agent" in headers:
            attributes["user_agent.original"] = headers["user-agent"]
        for name, place in (("server", scope.get("server")), ("client", scope.get("client"))):
            if place:
                attributes |= {f"{name}.address": place[0], f"{name}.port": place[1]}
        return attributes


def _joined(raw: RawHeaders) -> dict[str, str]:
    """Each header once: `tracestate` may come in several lines, which mean one list (W3C Trace Context, section 3.3.1.1)."""
    headers: dict[str, str] = {}
    for name, value in raw:
        known, text = name.decode("latin-1"), value.decode("latin-1")
        headers[known] = f"{headers[known]},{text}" if known in headers else text
    return headers


class _Noting:
    """Sends messages on, and writes into the span how the request was answered."""

    def __init__(self, span: Any, send: Any) -> None:
        self._span, self._send = span, send

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._note(message["status"], dict(message.get("headers", ())))
        await self._send(message)

    def _note(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("http.response.status_code", status)
        for header in (b"x-request-id", b"x-model-version"):
            if header in headers:
                self._span.set_attribute(f"http.response.header.{header.decode()}", [headers[header].decode("latin-1")])
        if status >= 500:
            self._span.set_attribute("error.type", str(status))
            self._span.set_status(StatusCode.ERROR)


def _exporters(names: str) -> list[Any]:
    exporters = []
    for name in filter(None, map(str.strip, names.split(","))):
        if name == "none":
            continue
        wanted = _OTLP if name == "otlp" else (name,)
        found = [point for point in entry_points(group="opentelemetry_traces_exporter") if point.name in wanted]
        if not found:
            _logger.warning(
                "%s: no exporter %r is installed, so no span leaves this process; install opentelemetry-exporter-otlp-proto-http, or "
                "say console or none",
                _EXPORTER,
                name,
            )
            continue
        found.sort(key=lambda point: wanted.index(point.name))
        exporters.append(found[0].load()())
    return exporters


def _resource() -> Any:
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    told = Resource.create()
    is_named = not str(told.attributes.get(SERVICE_NAME, "")).startswith("unknown_service")
    return told if is_named else told.merge(Resource({SERVICE_NAME: "modelratchet"}))


def _processor(exporter: Any) -> Any:
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor

    # what a person watches comes at once
    return SimpleSpanProcessor(exporter) if isinstance(exporter, ConsoleSpanExporter) else BatchSpanProcessor(exporter)
