"""Files by http, against a server in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from modelratchet.adapters.requests_download import download, is_address
from modelratchet.errors import InputError, OutsideError


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/")
        status = int(name) if name.isdigit() else 200
        self.send_response(status)
        self.send_header("Content-Length", "100" if name == "cut.csv" else "8")
        self.end_headers()
        self.wfile.write(b"a,b\n1,2\n")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_file_is_fetched_whole_and_keeps_its_ending(server: str, tmp_path: Path) -> None:
    found = download(f"http://{server}/rows.csv?token=secret", tmp_path)
    assert found.path.read_bytes() == b"a,b\n1,2\n"
    assert found.path.suffix == ".csv"
    assert found.name == f"http://{server}/rows.csv"


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("404", InputError, "answered 404"),
        ("403", InputError, "answered 403"),
        ("500", OutsideError, "answered 500"),
        ("429", OutsideError, "answered 429"),
        ("cut.csv", OutsideError, "cannot be fetched"),
    ],
)
def test_a_bad_answer_is_named_and_leaves_nothing(
    server: str, tmp_path: Path, path: str, kind: type[Exception], expected: str
) -> None:
    with pytest.raises(kind, match=expected):
        download(f"http://{server}/{path}", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_may_be_tried_again_and_secrets_stay_out(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Handler) as free:
        port = free.server_port
    with pytest.raises(OutsideError) as caught:
        download(f"http://user:secret@127.0.0.1:{port}/rows.csv?key=secret", tmp_path)
    assert "Connection refused" in caught.value.message
    assert "secret" not in caught.value.message


def test_an_address_is_told_from_a_path() -> None:
    assert is_address("https://host/rows.csv")
    assert not is_address("data/http.csv")
