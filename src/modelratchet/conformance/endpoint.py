"""Speaks HTTP/1.1 to one server, also behind a path prefix, and says exactly what came back. Standard library only."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from modelratchet.errors import EndpointError, InputError

_CONTINUE = b"100"
_HOST = re.compile(r"[^\s\x00-\x1f\x7f/@\\]+")


class Heard(NamedTuple):
    """An answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def media_type(self) -> str:
        """Without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @property
    def said(self) -> str:
        """In a few words, for the table."""
        if self.media_type == "application/problem+json":
            with suppress(ValueError, LookupError, TypeError):  # it may be called so and be none
                return f"{self.status} {str(self.document['type']).rpartition(':')[2]}: {self.document['detail']}"
        return f"{self.status} {self.media_type} {self.body[:80].decode('utf-8', 'replace')}".strip()


class Endpoint:
    """One server, over one connection that is kept."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_seconds: float) -> None:
        """Take the address, and the headers that every request carries, such as a token.

        Raises:
            InputError: it is no address of a web server.
        """
        parts = _parts_of(url)
        if parts is None:
            raise InputError(f"found {url!r}, expected the address of a server, as http://localhost:3000")
        self.url = url
        self._parts, self._prefix = parts, parts.path.rstrip("/")
        self._headers, self._timeout = dict(headers), timeout_seconds
        self._connection: http.client.HTTPConnection | None = None

    def call(
        self, method: str, path: str, body: bytes | Iterable[bytes] = b"", headers: Mapping[str, str] | None = None
    ) -> Heard:
        """Send one request, on the connection of the last one if it is still open; a body in parts is sent in chunks.

        Raises:
            EndpointError: nobody takes the connection.
        """
        sent = {**self._headers, **(headers or {})}
        if self._connection is not None:
            try:
                return self._ask(self._connection, method, path, body, sent)
            except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
                self.close()  # it was closed since; a new one tells whether the server is there
        self._connection = self._open()
        return self._ask(self._connection, method, path, body, sent)

    def call_twice_on_one_connection(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> list[Heard]:
        """Two requests that have to go through the same socket.

        Raises:
            OSError: the server closed it after the first.
        """
        connection = self._open()
        try:
            first = self._ask(connection, method, path, body, {**self._headers, **headers})
            kept = connection.sock
            if kept is None:
                raise ConnectionResetError("the server closed the connection after the first answer")
            second = self._ask(connection, method, path, body, {**self._headers, **headers})
            return [first, second]
        finally:
            connection.close()

    def call_when_told_to_continue(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[bool, Heard]:
        """A POST that holds its body back until the server says that it wants it.

        Returns:
            Whether it said so, with the answer.
        """
        connection = self._open()
        try:
            connection.putrequest("POST", self._prefix + quote(path, safe="/:"))
            sent = {**self._headers, **headers, "content-length": str(len(body)), "expect": "100-continue"}
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders()
            said_continue = self._waits_for_body(connection.sock)
            connection.send(body)
            # http.client reads over the interim answer, if it was only looked at
            return said_continue, _heard(connection.getresponse())
        finally:
            connection.close()

    def call_with_claimed_length(self, path: str, length: int, headers: Mapping[str, str]) -> Heard:
        """A POST that says how long its body is and sends none of it."""
        connection = self._open()
        try:
            connection.putrequest("POST", self._prefix + quote(path, safe="/:"))
            for name, value in {**self._headers, **headers, "content-length": str(length)}.items():
                connection.putheader(name, value)
            connection.endheaders()
            return _heard(connection.getresponse())
        finally:
            connection.close()

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            secure = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=self._timeout, context=secure
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        try:
            connection.connect()
        except OSError as error:
            hint = "Start it, as with `ratchet serve`, or mend the address."
            raise EndpointError(f"no server answers at {self.url}: {error}", hint=hint) from error
        return connection

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | Iterable[bytes],
        headers: Mapping[str, str],
    ) -> Heard:
        connection.request(method, self._prefix + quote(path, safe="/:"), body or None, dict(headers))
        return _heard(connection.getresponse())

    @staticmethod
    def _waits_for_body(sock: socket.socket) -> bool:
        if isinstance(sock, ssl.SSLSocket):
            return True  # what was only looked at cannot be put back into TLS; the answer has to do
        try:
            return sock.recv(12, socket.MSG_PEEK).startswith(b"HTTP/1.1 " + _CONTINUE)
        except TimeoutError:
            return False


def _parts_of(url: str) -> SplitResult | None:
    """None for what is no address of a web server; the standard library raises for some such, and only when the port is asked."""
    try:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        is_right = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return None
    return parts if is_right and _HOST.fullmatch(parts.hostname or "") else None


def _heard(response: http.client.HTTPResponse) -> Heard:
    body = response.read()
    return Heard(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
