"""Requests to a registry of images: who gets to see the login, and how much of an answer is taken. What goes out is caught, and goes nowhere."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from modelratchet.adapters.oci_registry import OciRegistry, session
from modelratchet.core.image_names import Repository
from modelratchet.errors import EvidenceError, InputError

REPOSITORY = Repository("example.org", "owner/name")
ELSEWHERE = "https://elsewhere.org/token"
PLAIN = "http://example.org/v2/owner/name/blobs/uploads/1"


class Wire(BaseAdapter):
    """A registry behind a login that takes itself for plain HTTP, as one behind a proxy may; `seen` is each address with the login it got."""

    seen: tuple[tuple[str, str], ...] = ()

    def __init__(self, **_settings: object) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        login = request.headers.get("authorization", "")
        Wire.seen += ((str(request.url), login),)
        found = requests.Response()
        found.status_code = {"HEAD": 404, "POST": 202, "PUT": 201}[str(request.method)] if login else 401
        found.url, found.raw = str(request.url), Endless(0)
        challenge = f'Bearer realm="{ELSEWHERE}"' if found.url.startswith("http:") else 'Basic realm="x"'
        found.headers.update({"www-authenticate": challenge, "location": PLAIN})
        return found

    def close(self) -> None:
        pass


class Endless:
    """A body; without a length it goes on for ever, and fails the test that reads on."""

    def __init__(self, n_bytes: int = 1 << 40) -> None:
        self.left, self.given = n_bytes, 0

    def read(self, size: int) -> bytes:
        found = min(size, self.left)
        self.left, self.given = self.left - found, self.given + found
        assert self.given < 64 << 20, "it was read to no end"
        return b" " * found

    def close(self) -> None:
        pass


def test_login_is_neither_sent_in_the_clear_nor_to_whom_somebody_on_the_way_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    auth = base64.b64encode(b"ann:secret").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"example.org": {"auth": auth}}}))
    monkeypatch.setattr(session, "HTTPAdapter", Wire)
    monkeypatch.setattr(Wire, "seen", ())
    with pytest.raises(InputError, match="401"):
        OciRegistry(REPOSITORY).store(b"x")

    assert {address.partition(":")[0] for address, login in Wire.seen if login} == {"https"}
    addresses = {address.partition("?")[0] for address, _ in Wire.seen}
    assert (PLAIN in addresses, ELSEWHERE in addresses) == (True, False)


def test_manifest_without_an_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Flood(Wire):
        def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
            found = requests.Response()
            found.status_code, found.url, found.raw = 200, str(request.url), Endless()
            return found

    monkeypatch.setattr(session, "HTTPAdapter", Flood)
    with pytest.raises(EvidenceError, match="latest is longer than"):
        OciRegistry(REPOSITORY).manifest("latest")
