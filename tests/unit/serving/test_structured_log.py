"""The server's log is JSON, one object a line, whatever is logged."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from modelratchet.serving.structured_log import ACCESS_LOGGER, AccessLog, JsonFormatter, request_id_now


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger("tests.json"), logging.getLogger(ACCESS_LOGGER)]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for logger in loggers:
        logger.removeHandler(handler)


def test_a_line_says_when_how_grave_and_what(lines: Any) -> None:
    logging.getLogger("tests.json").warning("the %s is down", "store")

    (line,) = lines()
    assert (line["level"], line["logger"], line["message"]) == ("warning", "tests.json", "the store is down")
    assert datetime.fromisoformat(line["time"]).utcoffset().total_seconds() == 0
    assert "request_id" not in line
    assert "trace_id" not in line


def test_a_line_of_a_request_says_which(lines: Any) -> None:
    token = request_id_now.set("order-7")
    logging.getLogger("tests.json").info("hello", extra={"rows": 3})
    request_id_now.reset(token)

    assert [lines()[0][name] for name in ("request_id", "rows")] == ["order-7", 3]


def test_a_traceback_stays_on_the_line(lines: Any) -> None:
    try:
        raise ValueError("of no use\nat all")
    except ValueError:
        logging.getLogger("tests.json").exception("failed")

    (line,) = lines()
    assert line["error"].startswith("Traceback")
    assert line["error"].endswith("at all")


@pytest.mark.parametrize("value", ["a\nb", "\x00", "\ud800", 'quo"te', "café"], ids=ascii)
def test_no_message_breaks_the_line(value: str) -> None:
    # not through a logger: what pytest captures has to be Unicode that one worker can send to another
    record = logging.makeLogRecord({"msg": "found %s", "args": (value,), "strange": object(), "value": value})

    (line,) = JsonFormatter().format(record).splitlines()
    assert json.loads(line)["message"].startswith("found ")


def test_the_access_log_has_a_line_for_each_request(lines: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"x-request-id", b"r1")]})
        await send({"type": "http.response.body", "body": b""})

    async def ignore(message: Any = None) -> None:
        return None

    asyncio.run(AccessLog(application)({"type": "http", "method": "POST", "path": "/predict"}, ignore, ignore))

    (line,) = lines()
    assert [line[name] for name in ("method", "path", "status", "request_id")] == ["POST", "/predict", 201, "r1"]
    assert line["milliseconds"] >= 0


def test_the_configuration_puts_uvicorn_s_lines_on_stderr_as_json_and_none_for_a_request() -> None:
    code = (
        "import logging, logging.config; from modelratchet.serving.structured_log import log_config;"
        "logging.config.dictConfig(log_config());"
        "logging.getLogger('uvicorn.error').info('Started'); logging.getLogger('uvicorn.access').info('GET /');"
        "logging.getLogger('botocore').info('chatter')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["Started"]
    assert not re.search(r"\S", done.stdout)
