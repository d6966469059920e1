"""What the client of registries says when one does not let us in, is not there, is broken, or wants another kind of login."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.oci_registry import OciRegistry
from modelratchet.adapters.oci_registry.credentials import Credentials, credentials_for
from modelratchet.core.image_names import Repository
from modelratchet.errors import ConfigError, DigestError, InputError, OutsideError
from tests.image_registries import USER, RunningRegistry, image_registry
from tests.samples.in_thread import answering

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    with image_registry(tmp_path_factory.mktemp("registry"), has_login=True) as running:
        yield running


@pytest.fixture
def docker_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


def login(server: str, user: str, password: str) -> str:
    return json.dumps({"auths": {server: {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}}})


def test_without_a_login_the_message_says_which_command_makes_one(
    guarded: RunningRegistry, docker_config: Path
) -> None:
    with pytest.raises(InputError, match="401 UNAUTHORIZED") as raised:
        OciRegistry(guarded.repository).manifest("latest")

    assert raised.value.hint.startswith(f"`docker login localhost:{guarded.port}`")


def test_wrong_password_is_the_callers_fault_and_is_not_told(guarded: RunningRegistry, docker_config: Path) -> None:
    docker_config.write_text(login(guarded.repository.registry, USER, "not the password"))
    with pytest.raises(InputError) as raised:
        OciRegistry(guarded.repository).store(b"x")

    assert "not the password" not in f"{raised.value.message} {raised.value.hint} {raised.value.__cause__!r}"


def test_registry_that_is_down_may_be_asked_again(tmp_path: Path) -> None:
    with image_registry(tmp_path) as running:
        registry = OciRegistry(running.repository)
        assert registry.manifest("latest") is None
        running.stop()
        with pytest.raises(OutsideError, match="Connection refused"):
            registry.manifest("latest")
        running.start()

        assert registry.manifest("latest") is None


def test_helper_programs_are_asked_as_docker_asks_them(docker_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = docker_config.parent / "docker-credential-test"
    helper.write_text(
        '#!/bin/sh\nread server\nprintf \'{"ServerURL":"%s","Username":"<token>","Secret":"of %s"}\' $server $server\n'
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker_config.parent}:/usr/bin:/bin")
    docker_config.write_text(json.dumps({"credHelpers": {"example.org": "test"}}))

    assert credentials_for("example.org") == Credentials("", "of example.org")
    assert credentials_for("elsewhere.org") is None
    # Docker asks the program alone, and what the file had before is out of date
    docker_config.write_text(json.dumps({"credsStore": "test", **json.loads(login("example.org", "ann", "old"))}))
    assert credentials_for("example.org") == Credentials("", "of example.org")


def test_docker_hub_is_kept_under_its_old_address(docker_config: Path) -> None:
    docker_config.write_text(login("https://index.docker.io/v1/", "ann", "secret"))

    assert credentials_for("docker.io") == Credentials("ann", "secret")
    assert "secret" not in repr(credentials_for("docker.io"))


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"auths": {"example.org": {"auth": "???"}}}', '{"auths": {"example.org": {"auth": 1}}}'],
    ids=["no JSON", "a list", "no Base64", "a number"],
)
def test_configuration_that_cannot_be_read_is_named(docker_config: Path, text: str) -> None:
    docker_config.write_text(text)

    with pytest.raises(ConfigError, match=r"config\.json"):
        credentials_for("example.org")


class TokenRegistry:
    """A registry that sends its clients for a token, as GitHub's and Docker's do; `seen` are the headers of each request."""

    def __init__(self, status: int = 404, body: bytes = b"") -> None:
        self.status, self.body = status, body
        self.seen: list[tuple[str, str, str]] = []
        self.address = ""
        self.token = "the token"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        who = headers.get("authorization", "")
        self.seen.append((scope["path"], scope["query_string"].decode(), who))
        if scope["path"] == "/token":
            await self._answer(send, 200, json.dumps({"token": self.token}).encode())
        elif who != f"Bearer {self.token}":
            challenge = f'Bearer realm="{self.address}/token",service="tests",scope="repository:x:pull"'
            await self._answer(send, 401, b"", (b"www-authenticate", challenge.encode()))
        else:
            await self._answer(send, self.status, self.body)

    async def _answer(self, send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        known = [(b"content-length", str(len(body)).encode()), *headers]
        await send({"type": "http.response.start", "status": status, "headers": known})
        await send({"type": "http.response.body", "body": body})


def asked(app: TokenRegistry, reference: str = "latest") -> Any:
    with answering(app) as address:
        app.address = address
        return OciRegistry(Repository(address.removeprefix("http://"), "owner/name")).manifest(reference)


def test_token_is_fetched_for_this_repository_and_sent(docker_config: Path) -> None:
    app = TokenRegistry()

    assert asked(app) is None
    assert [path for path, _, _ in app.seen] == [
        "/v2/owner/name/manifests/latest",
        "/token",
        "/v2/owner/name/manifests/latest",
    ]
    # a stranger may read at most
    assert app.seen[1][1].endswith("scope=repository%3Aowner%2Fname%3Apull")
    assert app.seen[2][2] == "Bearer the token"


def test_token_that_ran_out_while_the_image_was_built_is_fetched_anew(docker_config: Path) -> None:
    app = TokenRegistry()
    with answering(app) as address:
        app.address, server = address, address.removeprefix("http://")
        docker_config.write_text(login(server, USER, "secret"))
        registry = OciRegistry(Repository(server, "owner/name"))
        registry.manifest("latest")
        app.token = "another token"

        assert registry.manifest("latest") is None
    assert app.seen[-1][2] == "Bearer another token"
    assert app.seen[-2][1].endswith("scope=repository%3Aowner%2Fname%3Apull%2Cpush")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_registry_is_asked_again_and_then_given_up(docker_config: Path, status: int) -> None:
    app = TokenRegistry(status)

    with pytest.raises(OutsideError):
        asked(app)
    assert len([path for path, _, who in app.seen if path.startswith("/v2") and who]) > 1


def test_manifest_of_another_digest_is_refused(docker_config: Path) -> None:
    with pytest.raises(DigestError, match="gave bytes of"):
        asked(TokenRegistry(200, b"{}"), "sha256:" + "0" * 64)
