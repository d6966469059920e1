"""Files behind an address, from a real server on this machine."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from modelratchet.adapters.requests_download import download
from modelratchet.errors import InputError, OutsideError

pytestmark = pytest.mark.integration


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Broken(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if "cut" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"a,b\n1")
        else:
            self.send_error(503)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _serve(handler: object) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sales.csv").write_text("a,b\n1,2\n")
    yield from _serve(functools.partial(_Quiet, directory=str(tmp_path / "site")))


@pytest.fixture
def broken() -> Iterator[str]:
    yield from _serve(_Broken)


def test_file_is_fetched_and_named_by_its_address(sound: str, tmp_path: Path) -> None:
    file = download(f"{sound}/sales.csv?token=secret", tmp_path / "downloads")

    assert file.path.read_text() == "a,b\n1,2\n"
    assert file.path.suffix == ".csv"
    assert file.name == f"{sound}/sales.csv"


def test_address_that_holds_nothing_is_the_caller_s_fault(sound: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="answered 404"):
        download(f"{sound}/sale.csv", tmp_path)


def test_server_with_a_fault_of_its_own_may_be_asked_again(broken: str, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="answered 503"):
        download(f"{broken}/sales.csv", tmp_path)


def test_answer_that_breaks_off_leaves_nothing(broken: str, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="broke off"):
        download(f"{broken}/cut.csv", tmp_path / "downloads")

    assert list((tmp_path / "downloads").iterdir()) == []


def test_server_that_is_not_there_may_be_asked_again(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Quiet) as server:
        port = server.server_port

    with pytest.raises(OutsideError, match="cannot be fetched"):
        download(f"http://user:secret@127.0.0.1:{port}/sales.csv", tmp_path)
