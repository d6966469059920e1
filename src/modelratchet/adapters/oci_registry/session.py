"""HTTP to one repository of a registry: addresses, logins, timeouts, and what each failure means to the caller.

Reads are tried again when the line breaks or the registry is busy; writes are for the caller to repeat, for each is idempotent.

Source: OCI distribution specification 1.1; distribution/distribution, "Token Authentication Specification" and "Token Authentication Scope";
RFC 9110, section 11.6.1 (WWW-Authenticate).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from modelratchet.adapters.oci_registry.credentials import Credentials, credentials_for
from modelratchet.core.image_names import DEFAULT_REGISTRY, Repository
from modelratchet.errors import InputError, OutsideError

TIMEOUT_S = (5.0, 60.0)
_TRIES = 3
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_HUB_HOST = "registry-1.docker.io"
_PARAMETER = re.compile(r'([a-zA-Z_]+)="((?:[^"\\]|\\.)*)"')
_REFUSED = (401, 403)


class RegistrySession:
    """Requests to one repository. A login is made when the registry asks for it, and again when it has run out."""

    def __init__(self, repository: Repository) -> None:
        """Take the repository; nothing is sent before the first request."""
        host = _HUB_HOST if repository.registry == DEFAULT_REGISTRY else repository.registry
        path = repository.path
        if repository.registry == DEFAULT_REGISTRY and "/" not in path:
            path = f"library/{path}"
        self._repository, self._path = repository, path
        self._root = f"{'http' if repository.is_local else 'https'}://{host}"
        self._authorization: dict[str, str] = {}
        again = Retry(
            total=_TRIES,
            backoff_factor=0.5,
            status_forcelist=_BUSY,
            allowed_methods=("GET", "HEAD"),
            respect_retry_after_header=False,  # it may name hours
        )
        self._requests = requests.Session()
        # nothing but Docker's configuration says who we are: requests would take a .netrc, too
        self._requests.trust_env = not repository.is_local
        for scheme in ("http://", "https://"):
            self._requests.mount(scheme, HTTPAdapter(max_retries=again))

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        is_streamed: bool = False,
    ) -> requests.Response:
        """Send one request; `path` is below the repository's, or a whole address that the registry gave.

        Returns:
            The answer, if the registry did what was asked, or knows no such thing (404).

        Raises:
            InputError: it does not let us in, or calls the request wrong.
            OutsideError: it does not answer, or failed itself.
        """
        address = path if "://" in path else f"{self._root}/v2/{self._path}/{path}"
        with self._translated():
            answer = self._sent(method, address, headers, data, is_streamed)
            # whoever else we were sent to does not say where our password goes
            if answer.status_code == 401 and self._is_ours(answer.url) and self._log_in(answer):
                answer = self._sent(method, address, headers, data, is_streamed)
        self._check(answer, method)
        return answer

    def absolute(self, answer: requests.Response, location: str) -> str:
        """The address that a `Location` header means."""
        return urljoin(answer.url, location)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except requests.RequestException as error:
            raise OutsideError(
                f"the registry {self._repository.registry} does not answer: {_reason(error)}",
                hint="Nothing is left half done in it; the same command goes on from there.",
            ) from error

    def _sent(
        self, method: str, address: str, headers: Mapping[str, str] | None, data: bytes | None, is_streamed: bool
    ) -> requests.Response:
        # an address elsewhere is a store that lets in whoever has it; our login is none of its business
        sent = {**(headers or {}), **(self._authorization if self._is_ours(address) else {})}
        return self._requests.request(
            method, address, headers=sent, data=data, timeout=TIMEOUT_S, stream=is_streamed, auth=_unchanged
        )

    def _is_ours(self, address: str) -> bool:
        """By scheme, too: a registry behind a proxy may take itself for plain HTTP, and a login is not sent in the clear."""
        return urlsplit(address.lower())[:2] == urlsplit(self._root.lower())[:2]

    def _log_in(self, refused: requests.Response) -> bool:
        """Do what the registry asks for; False where there is nothing to show. Tokens last for minutes, and a build may take longer."""
        self._authorization = {}
        challenge = refused.headers.get("www-authenticate", "")
        scheme, _, rest = challenge.partition(" ")
        credentials = credentials_for(self._repository.registry)
        if scheme.lower() == "bearer":
            token = self._token(dict(_PARAMETER.findall(rest)), credentials)
            self._authorization = {"authorization": f"Bearer {token}"}
        elif scheme.lower() == "basic" and credentials is not None and credentials.user:
            basic = requests.auth._basic_auth_str(credentials.user, credentials.secret)  # noqa: SLF001 - the one that requests sends itself
            self._authorization = {"authorization": basic}
        return bool(self._authorization)

    def _token(self, challenge: Mapping[str, str], credentials: Credentials | None) -> str:
        realm = challenge.get("realm", "")
        if not realm.startswith("https://") and not self._repository.is_local:
            raise OutsideError(
                f"{self._repository.registry} wants the login to be sent to {realm!r}, which is not https"
            )
        # whoever has no login reads at most, and asks for no more
        actions = "pull,push" if credentials else "pull"
        asked = {"service": challenge.get("service", ""), "scope": f"repository:{self._path}:{actions}"}
        if credentials is not None and not credentials.user:
            form = {
                **asked,
                "grant_type": "refresh_token",
                "refresh_token": credentials.secret,
                "client_id": "modelratchet",
            }
            answer = self._requests.post(realm, data=form, timeout=TIMEOUT_S, auth=_unchanged)
        else:
            who = (credentials.user, credentials.secret) if credentials else None
            answer = self._requests.get(realm, params=asked, timeout=TIMEOUT_S, auth=who or _unchanged)
        self._check(answer, "log in")
        try:
            document: dict[str, Any] = answer.json()
            return str(document.get("token") or document["access_token"])
        except (ValueError, KeyError, AttributeError) as error:
            raise OutsideError(f"{self._repository.registry} gave no token for the login") from error

    def _check(self, answer: requests.Response, what: str) -> None:
        status, registry = answer.status_code, self._repository.registry
        if status in _REFUSED:
            raise InputError(
                f"{registry} refuses to {what} in {self._repository}: {status} {_told(answer)}",
                hint=f"`docker login {registry}` with a user who may push there; what Docker knows is used here, too.",
            )
        if status in _BUSY or status > 500:
            raise OutsideError(
                f"{registry} answered {status} {_told(answer)}",
                hint="Run the same command again; it goes on from there.",
            )
        if status >= 400 and status != 404:
            raise InputError(f"{registry} would not {what} in {self._repository}: {status} {_told(answer)}")


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _told(answer: requests.Response) -> str:
    """What the registry says of it, in one line."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        try:
            first = answer.json()["errors"][0]
            return f"{first['code']} {first.get('message', '')}".strip()[:200]
        except (OSError, ValueError, KeyError, IndexError, TypeError):  # a line that breaks is the first of them
            pass
    return str(answer.reason)[:200]


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in few words."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return cause.strerror if isinstance(cause, OSError) and cause.strerror else type(cause).__name__
