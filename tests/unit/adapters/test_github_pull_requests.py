"""Which pull request a commit belongs to, by a server that answers as GitHub does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from modelratchet.adapters.github_pull_requests import GithubPullRequests, GithubRepository
from modelratchet.errors import InputError, OutsideError
from modelratchet.usecases.ports.pull_requests import Head

HEAD = Head("octocat", "better & faster", "a1" * 20)


def _item(number: Any, sha: str, base: str = "flights/late") -> dict[str, Any]:
    return {"number": number, "head": {"sha": sha}, "base": {"repo": {"full_name": base}}}


@contextmanager
def _github(*answers: tuple[int, Any]) -> Iterator[tuple[GithubPullRequests, list[Any]]]:
    """One answer a request, the last one again and again; what was asked is noted."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[min(len(asked), len(answers) - 1)]
            asked.append((urlsplit(self.path), self.headers["Authorization"]))
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    repository = GithubRepository(f"http://127.0.0.1:{server.server_port}/", "flights/late", "secret")
    try:
        yield GithubPullRequests(repository, lambda _seconds: None), asked
    finally:
        server.shutdown()
        server.server_close()


def test_it_is_asked_by_owner_and_branch() -> None:
    with _github((200, [_item(12, HEAD.commit)])) as (host, asked):
        assert host.open_at(HEAD) == 12

    address, authorization = asked[0]
    assert address.path == "/repos/flights/late/pulls"
    assert parse_qs(address.query)["head"] == ["octocat:better & faster"]
    assert authorization == "Bearer secret"


@pytest.mark.parametrize("found", [[], [_item(12, "b2" * 20)], [_item(12, HEAD.commit, base="octocat/late")]])
def test_one_that_moved_on_or_is_elsewhere_is_none(found: Any) -> None:
    with _github((200, found)) as (host, _):
        assert host.open_at(HEAD) is None


def test_the_one_at_the_commit_is_found_among_others() -> None:
    with _github((200, [_item(11, "b2" * 20), _item(12, HEAD.commit)])) as (host, _):
        assert host.open_at(HEAD) == 12


def test_a_server_that_stumbles_is_asked_again() -> None:
    with _github((502, {}), (503, {}), (200, [_item(12, HEAD.commit)])) as (host, asked):
        assert host.open_at(HEAD) == 12
    assert len(asked) == 3


def test_a_server_that_stays_down_is_said_to_be() -> None:
    with _github((502, {})) as (host, asked), pytest.raises(OutsideError, match="answered 502"):
        host.open_at(HEAD)
    assert len(asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_token_that_may_not_ask_is_said_once_and_not_shown(status: int) -> None:
    with _github((status, {})) as (host, asked), pytest.raises(InputError, match=f"answered {status}") as caught:
        host.open_at(HEAD)
    assert len(asked) == 1
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("number", [0, -1, True, "12\nmerge=true"])
def test_a_number_that_is_none_is_refused(number: Any) -> None:
    with _github((200, [_item(number, HEAD.commit)])) as (host, _), pytest.raises(OutsideError, match="number"):
        host.open_at(HEAD)


@pytest.mark.parametrize("body", [b"<html>", {"message": "hello"}])
def test_an_answer_of_another_form_is_refused(body: Any) -> None:
    with _github((200, body)) as (host, _), pytest.raises(OutsideError):
        host.open_at(HEAD)
