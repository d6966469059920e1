"""5,000 spoiled requests, to every route that the table has: no 5xx, no dead worker, no null answer. And HTTP itself, broken in the common ways."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings

from modelratchet.core.formats import to_document
from modelratchet.serving.app import App
from modelratchet.serving.connection import Connection
from modelratchet.serving.exchange import PredictionRoute, Route
from modelratchet.serving.settings import DEPLOYMENT_FILE, Deployment, Limits
from modelratchet.storage.bundles import Bundle
from modelratchet.storage.files import write_json
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.samples.bundles import binary_bundle, choice_bundle, number_bundle
from tests.samples.harm import harm
from tests.samples.poison import Poisoned, poisoned
from tests.samples.running import Running, running
from tests.samples.served import Answered, call, sample_app

pytestmark = pytest.mark.integration

LIMITS = Limits(maximum_rows=500, maximum_body_bytes=1_000_000, deadline_seconds=1.0)
EXAMPLE = b'{"rows":[{"hour":20,"carrier":"UA"}]}'
IN_PROCESS = [
    pytest.param(binary_bundle(), 2000, id="numbers and categories"),
    pytest.param(number_bundle(), 1000, id="numbers, for a number"),
    pytest.param(choice_bundle(), 1000, id="categories, for one of many classes"),
]
OVER_A_SOCKET, AT_ONCE = 1000, 20
MOST_MEMORY_BYTES = 400 * 2**20
# a server's own parser holds these before a request is made of them: they are in the tests of raw HTTP
NOT_OVER_A_SOCKET = ("content-length", "host")

Send = Callable[[Poisoned], Answered]
Table = Mapping[tuple[str, str], Route | PredictionRoute]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return sample_app(**vars(LIMITS), log_folder=str(tmp_path_factory.mktemp("log")))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("server")
    write_json(folder / DEPLOYMENT_FILE, to_document(Deployment(limits=LIMITS)))
    with running(binary_bundle(), folder, RATCHET_LOG_FOLDER=str(folder / "log")) as server:
        yield server


def try_poison(table: Table, send: Send, n_requests: int) -> list[str]:
    """Send so many; what each did that it may not, with the request."""
    found: list[str] = []
    counted: list[int] = []

    @settings(
        max_examples=n_requests // AT_ONCE, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(poisoned(table.values(), AT_ONCE))
    def sent(requests: list[Poisoned]) -> None:
        counted.append(len(requests))
        found.extend(filter(None, (harm_of(request, send(request), table) for request in requests)))

    sent()
    assert sum(counted) >= n_requests
    return found


def harm_of(request: Poisoned, answered: Answered, table: Table) -> str:
    is_json = request.headers.get("content-type") == b"application/json"
    asked = request.body if is_json and "inference-header-content-length" not in request.headers else b""
    is_prediction = isinstance(table.get((request.method, request.path)), PredictionRoute)
    wrong = harm(answered, asked, is_prediction=is_prediction) if request.method != "HEAD" else ""
    return f"{wrong}: {str(request)[:500]}" if wrong else ""


@pytest.mark.parametrize(("bundle", "n_requests"), IN_PROCESS)
def test_poison_in_process_does_no_harm(bundle: Bundle, n_requests: int, tmp_path: Path) -> None:
    app = sample_app(bundle, **vars(LIMITS), log_folder=str(tmp_path))

    def send(request: Poisoned) -> Answered:
        headers = {name: value.decode("latin-1") for name, value in request.headers.items()}
        return call(app, request.method, request.path, request.body, headers)

    assert try_poison(app._routes, send, n_requests) == []


def test_poison_over_a_socket_does_no_harm(app: App, server: Running) -> None:
    connection = connected(server)

    def send(request: Poisoned) -> Answered:
        headers = {name: value for name, value in request.headers.items() if name not in NOT_OVER_A_SOCKET}
        connection.request(request.method, quote(request.path, safe="/;%"), request.body, headers)
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answered(response.status, named, response.read())

    known = {key: route for key, route in app._routes.items() if not key[1].startswith("/page/swagger")}
    assert try_poison(known, send, OVER_A_SOCKET) == []
    refuse_dead(server)


def connected(server: Running) -> http.client.HTTPConnection:
    address = urlsplit(server.address)
    return http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_SECONDS)


def refuse_dead(server: Running) -> None:
    """The same process still answers, and has not grown without bounds."""
    server.process.refuse_ended()
    connection = connected(server)
    connection.connect()
    connection.sock.sendall(post(EXAMPLE, LENGTH))  # at once: between head and body this process may stand still
    response = http.client.HTTPResponse(connection.sock, method="POST")
    response.begin()
    assert (response.status, b'"label":"1"' in response.read()) == (200, True)
    assert (server.process.memory_bytes() or 0) < MOST_MEMORY_BYTES


def post(body: bytes, *headers: bytes, line: bytes = b"POST /predict HTTP/1.1") -> bytes:
    return b"\r\n".join((line, b"host: x", b"content-type: application/json", *headers, b"", body))


LENGTH = b"content-length: %d" % len(EXAMPLE)
WHOLE = post(EXAMPLE, LENGTH)
CHUNKED = b"transfer-encoding: chunked"
BROKEN: Mapping[str, bytes] = {
    "length is a word": post(EXAMPLE, b"content-length: many"),
    "length is below 0": post(EXAMPLE, b"content-length: -1"),
    "length has an underscore": post(EXAMPLE, b"content-length: 3_7"),
    "length is signed": post(EXAMPLE, b"content-length: +37"),
    "length overflows": post(EXAMPLE, b"content-length: 99999999999999999999999999"),
    "length has too many digits": post(EXAMPLE, b"content-length: " + b"9" * 6000),
    "length is over the limit": post(EXAMPLE, b"content-length: 1000001"),
    "two lengths": post(EXAMPLE, LENGTH, b"content-length: 5"),
    "length and chunks": post(EXAMPLE, LENGTH, CHUNKED),
    "length is short": post(EXAMPLE, b"content-length: 5"),
    "length is long, then silence": post(EXAMPLE, b"content-length: 5000"),
    "chunks are no numbers": post(b"zz\r\n" + EXAMPLE + b"\r\n0\r\n\r\n", CHUNKED),
    "chunk is below 0": post(b"-5\r\n" + EXAMPLE + b"\r\n0\r\n\r\n", CHUNKED),
    "chunk overflows": post(b"f" * 20 + b"\r\n" + EXAMPLE, CHUNKED),
    "chunk does not end": post(b"5\r\n" + EXAMPLE, CHUNKED),
    "chunks stop": post(b"25\r\n" + EXAMPLE + b"\r\n", CHUNKED),
    "chunks are over the limit": post(b"100000\r\n" + b" " * 0x100000 + b"\r\n0\r\n\r\n", CHUNKED),
    "unknown coding": post(EXAMPLE, b"transfer-encoding: gzip, chunked"),
    "coding of HTTP/1.0": post(EXAMPLE, CHUNKED, line=b"POST /predict HTTP/1.0"),
    "a header of 100 kB": post(EXAMPLE, LENGTH, b"x-big: " + b"a" * 100_000),
    "10,000 headers": post(EXAMPLE, LENGTH, *[b"x-%d: 1" % number for number in range(10_000)]),
    "a header without a colon": post(EXAMPLE, LENGTH, b"nonsense"),
    "a header with a NUL": post(EXAMPLE, LENGTH, b"x-nul: a\x00b"),
    "a header over two lines": post(EXAMPLE, LENGTH, b"x-fold: a\r\n b"),
    "header bytes beyond ASCII": post(EXAMPLE, LENGTH, b"x-high: \xff\xfe", b"\xff: 1"),
    "a path of 100 kB": post(EXAMPLE, LENGTH, line=b"POST /" + b"a" * 100_000 + b" HTTP/1.1"),
    "a path beyond ASCII": post(EXAMPLE, LENGTH, line=b"POST /\xff\xfe%ff%00 HTTP/1.1"),
    "a path that is an address": post(EXAMPLE, LENGTH, line=b"POST http://elsewhere/predict HTTP/1.1"),
    "a path that is a star": post(EXAMPLE, LENGTH, line=b"OPTIONS * HTTP/1.1"),
    "a tunnel": post(b"", line=b"CONNECT elsewhere:443 HTTP/1.1"),
    "an unknown method": post(EXAMPLE, LENGTH, line=b"SPOIL /predict HTTP/1.1"),
    "an unknown version": post(EXAMPLE, LENGTH, line=b"POST /predict HTTP/9.9"),
    "HTTP/2 in plain": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + b"\x00" * 64,
    "no HTTP": b"\x00\xff" * 500,
    "an upgrade": post(EXAMPLE, LENGTH, b"connection: upgrade", b"upgrade: websocket", b"sec-websocket-key: x"),
    "an upgrade to HTTP/2": post(EXAMPLE, LENGTH, b"connection: upgrade, http2-settings", b"upgrade: h2c", b"http2-settings: AAM"),
    "an expectation": post(EXAMPLE, LENGTH, b"expect: 100-continue"),
    "an unknown expectation": post(EXAMPLE, LENGTH, b"expect: 200-ok"),
    "bare newlines": WHOLE.replace(b"\r\n", b"\n"),
    "requests in a row": WHOLE * 50,
    "a good request, then nonsense": WHOLE + b"\x00\x01\x02 nonsense\r\n\r\n",
    "a body behind GET": post(EXAMPLE, LENGTH, line=b"GET /readyz HTTP/1.1") + WHOLE,
    "nothing": b"",
    "half of a request": WHOLE[:40],
}  # fmt: skip


HEAD_OF_ANSWER = b"HTTP/1.1 "


def statuses(server: Running, sent: bytes, *, closes_half: bool = True, wanted: int | None = None) -> list[int]:
    """Of so many answers, or of all that comes back until the server closes."""
    address, received = urlsplit(server.address), b""
    line = socket.create_connection((str(address.hostname), address.port), timeout=PATIENCE_SECONDS)
    with line, contextlib.suppress(ConnectionError):
        line.sendall(sent)
        if closes_half:
            line.shutdown(socket.SHUT_WR)
        while received.count(HEAD_OF_ANSWER) != wanted and (part := line.recv(65_536)):
            received += part
    return [int(part[:3]) for part in received.split(HEAD_OF_ANSWER)[1:]]


@pytest.mark.parametrize("name", BROKEN)
def test_broken_http_does_no_harm(server: Running, name: str) -> None:
    found = statuses(server, BROKEN[name])

    assert [status for status in found if status >= 500] == []
    refuse_dead(server)


def test_what_is_no_http_gets_a_problem_document(server: Running) -> None:
    address = urlsplit(server.address)
    with socket.create_connection((str(address.hostname), address.port), timeout=60) as line:
        line.sendall(BROKEN["no HTTP"])
        received = b"".join(iter(lambda: line.recv(65_536), b""))

    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"x-request-id: " in head
    assert json.loads(body)["type"] == "urn:modelratchet:problem:not-http"


def test_requests_in_a_row_are_all_answered(server: Running) -> None:
    assert statuses(server, WHOLE * 50, closes_half=False, wanted=50) == [200] * 50


STALLED = {
    "a small body": post(EXAMPLE[:9], b"content-length: 500"),
    "a large body": post(EXAMPLE[:9], b"content-length: 500000"),
    "a chunk": post(b"100\r\n{", CHUNKED),
    "a head": WHOLE[:40],
    "a second request": WHOLE + WHOLE[:40],
}


@pytest.mark.parametrize("name", STALLED)
def test_a_request_that_never_becomes_whole_is_given_up_within_the_deadline(server: Running, name: str) -> None:
    found = statuses(server, STALLED[name], closes_half=False)

    assert found == ([200, 408] if name == "a second request" else [408])


def test_a_head_that_comes_byte_by_byte_is_given_up_too(server: Running) -> None:
    address = urlsplit(server.address)
    received = b""
    with socket.create_connection((str(address.hostname), address.port)) as line:
        line.settimeout(0.05)
        for byte in WHOLE[:-1]:
            line.sendall(bytes((byte,)))
            with contextlib.suppress(TimeoutError):
                received = line.recv(65_536)
            if received:
                break
        else:  # it stood still for longer than the sending took
            line.settimeout(PATIENCE_SECONDS)
            received = line.recv(65_536)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in received


def test_slow_callers_hold_nobody_up(server: Running) -> None:
    address = urlsplit(server.address)
    slow = [socket.create_connection((str(address.hostname), address.port)) for _ in range(100)]
    for place, line in enumerate(slow):
        line.sendall(WHOLE[: 1 + place])

    started = time.monotonic()
    refuse_dead(server)
    assert time.monotonic() - started < 60  # one after the other they would take a hundred seconds
    for line in slow:
        line.close()


def test_many_tiny_rows_are_refused_within_memory(server: Running) -> None:
    body = b'{"rows":[' + b",".join([b'{"hour":1,"carrier":"A"}'] * 39_000) + b"]}"
    assert len(body) < LIMITS.maximum_body_bytes
    assert statuses(server, post(body, b"content-length: %d" % len(body)), closes_half=False, wanted=1) == [413]
    refuse_dead(server)


def test_the_log_of_the_server_has_no_traceback(server: Running) -> None:
    log: Path = server.process._log
    assert "Traceback" not in log.read_text(errors="replace")


def test_a_caller_that_says_nothing_is_let_go() -> None:
    options: Any = {"http": Connection, "ws": "none", "proxy_headers": False, "log_level": "error"}
    config = uvicorn.Config(sample_app(), port=free_port(), timeout_keep_alive=1, **options)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    with socket.create_connection((config.host, config.port), timeout=60) as line:
        assert line.recv(1) == b""
    server.should_exit = True
    thread.join(timeout=PATIENCE_SECONDS)
    assert not thread.is_alive()
