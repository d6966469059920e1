"""One connection to a served model: requests are made ready first, so that sending one costs the client as little as can be."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable

from modelratchet.adapters.uvicorn_model_server.environment import HOST
from modelratchet.errors import OutsideError
from modelratchet.usecases.ports.model_server import Rows

_TIMEOUT_SECONDS = 20
_HEADERS = {"Content-Type": "application/json"}


class Connection:
    """Kept open from one request to the next. Opened by the first."""

    def __init__(self, port: int, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        """Take the port of this machine, and how long to wait for an answer."""
        self._connection = http.client.HTTPConnection(HOST, port, timeout=timeout_seconds)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def first_answer(self, rows: Rows) -> object | None:
        """The server's answer, or None while it is not ready.

        Raises:
            OutsideError: it refuses these rows.
        """
        try:
            status, answer = self._post(_body(rows))
        except (OSError, http.client.HTTPException):
            return None
        if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            return None
        _refuse_failed(status, answer)
        parsed: object = json.loads(answer)
        return parsed

    def request(self, rows: Rows) -> Callable[[], object]:
        """A request that is ready to be sent; it raises OutsideError when the server refuses it or is gone."""
        body = _body(rows)

        def send() -> bytes:
            try:
                status, answer = self._post(body)
            except (OSError, http.client.HTTPException) as error:
                raise OutsideError(f"the server went away in the middle: {error or type(error).__name__}") from error
            _refuse_failed(status, answer)
            return answer

        return send

    def _post(self, body: bytes) -> tuple[int, bytes]:
        self._connection.request("POST", "/predict", body, _HEADERS)
        response = self._connection.getresponse()
        return response.status, response.read()


def _body(rows: Rows) -> bytes:
    return json.dumps({"rows": [dict(row) for row in rows]}).encode()


def _refuse_failed(status: int, answer: bytes) -> None:
    if status != http.HTTPStatus.OK:
        raise OutsideError(f"the server answered {status}: {answer[:300].decode(errors='replace')}")
