"""The server's own log: one JSON object a line on stderr. No line for a request, unless `RATCHET_ACCESS_LOG` is 1.

`__main__` hands `log_config` to uvicorn. Fields: `time` (UTC), `level`, `logger`, `message`, and where they are known `request_id`, `trace_id`,
`span_id`, `error` (a traceback).
"""

from __future__ import annotations

import logging
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

ACCESS_LOGGER = "modelratchet.access"
request_id_now: ContextVar[str] = ContextVar("request_id_now", default="")
"""The request that is being answered; `app` sets it, every line of that request says it."""

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one line; what was given as `extra` becomes fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object, without a line's end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := request_id_now.get():
            line["request_id"] = request_id
        line |= _trace() | {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return _encoded(line)


def log_config(level: str = "INFO") -> dict[str, Any]:
    """What uvicorn's `log_config` and `logging.config.dictConfig` take."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "modelratchet": {"level": level},
            # uvicorn says at this level that it starts and stops, and at the next that something is wrong
            "uvicorn": {"level": level, "handlers": [], "propagate": True},
            "uvicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
        },
    }


class AccessLog:
    """An ASGI application that logs each request of the one that it wraps."""

    def __init__(self, application: Any) -> None:
        """Wrap."""
        self.application = application
        self._logger = logging.getLogger(ACCESS_LOGGER)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, and say how it was answered."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        fields: dict[str, Any] = {"method": scope["method"], "path": scope["path"][:200]}

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                fields["status"] = message["status"]
                fields["request_id"] = dict(message["headers"]).get(b"x-request-id", b"").decode("latin-1")
            await send(message)

        started = time.perf_counter()
        await self.application(scope, receive, noted)
        fields["milliseconds"] = round((time.perf_counter() - started) * 1000, 3)
        self._logger.info("answered", extra=fields)


def _trace() -> dict[str, str]:
    # asked only where something else has loaded it: with tracing off it never is
    api = sys.modules.get("opentelemetry.trace")
    context = api.get_current_span().get_span_context() if api is not None else None
    if context is None or not context.is_valid:
        return {}
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def _encoded(line: dict[str, Any]) -> str:
    try:
        return msgspec.json.encode(line, enc_hook=str).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode({name: _clean(value) for name, value in line.items()}).decode()


def _clean(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode()
