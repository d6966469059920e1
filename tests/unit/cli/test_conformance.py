"""`ratchet conformance` prints a line a check and ends with 0, 1 or 4."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from modelratchet.cli.main import main
from modelratchet.core.formats import to_document
from tests.samples.bundles import binary_bundle
from tests.samples.in_thread import Broken, Sent, answering
from tests.samples.served import sample_app


def test_a_server_that_keeps_its_word_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(sample_app()) as url:
        assert main(["conformance", url, "--protocol", "plain", "--protocol", "open-inference"]) == 0
    printed = capsys.readouterr().out
    assert "ok  plain           POST /predict: columns" in printed
    assert printed.endswith("checks passed.\n")


def test_one_failed_check_ends_with_1_and_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def change(scope: Any, sent: Sent) -> Sent:
        return sent.but(status=503, body=b"\x1b[2Jdown") if scope["path"] == "/livez" else sent

    with answering(Broken(sample_app(), change)) as url:
        assert main(["conformance", url, "--protocol", "plain"]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  plain" in printed
    assert "\x1b[2J" not in printed


def test_nobody_at_the_address_ends_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert main(["conformance", f"http://127.0.0.1:{taken.getsockname()[1]}"]) == 4
    assert "no server answers" in capsys.readouterr().err


def test_a_token_a_schema_file_and_json_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def change(scope: Any, sent: Sent) -> Sent:
        is_known = (b"authorization", b"Bearer 7") in scope["headers"] and scope["path"] != "/schema"
        return sent if is_known else sent.but(status=403)

    (tmp_path / "schema.json").write_text(json.dumps(to_document(binary_bundle().schema)))
    arguments = ["--protocol", "mlflow", "--json", "--schema", str(tmp_path / "schema.json")]
    with answering(Broken(sample_app(), change)) as url:
        assert main(["conformance", url, *arguments, "-H", "Authorization: Bearer 7"]) == 0
        checks = json.loads(capsys.readouterr().out)
        assert main(["conformance", url, *arguments]) == 1
    assert {check["outcome"] for check in checks} == {"pass"}


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"format": "another"}'])
def test_a_schema_file_that_is_none_ends_with_3(tmp_path: Path, text: str) -> None:
    (tmp_path / "schema.json").write_text(text)
    assert main(["conformance", "http://127.0.0.1:9", "--schema", str(tmp_path / "schema.json")]) == 3


@pytest.mark.parametrize("header", ["Authorization", ": 7", "X: 7\r\nY: 8", "X: …"])
def test_a_header_that_is_none_is_a_usage_error(header: str) -> None:
    assert main(["conformance", "http://127.0.0.1:9", "-H", header]) == 2


@pytest.mark.parametrize(
    "url", ["http://", "ftp://a", "http://a:b", "a:99999", "a:0", "http://[::1", "http://a b", "http://a\x00"]
)
def test_an_address_that_is_none_is_said_so(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", url]) == 2
    assert "expected the address of a server" in capsys.readouterr().err
