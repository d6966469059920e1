"""`ModelServer` on `python -m modelratchet.serving`, as the image starts it, with one worker, on a port of this machine only.

One process serves under uvicorn and answers from its first moment; its socket is not open before that.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from modelratchet.adapters.uvicorn_model_server.connection import Connection
from modelratchet.adapters.uvicorn_model_server.environment import gate_environment
from modelratchet.adapters.uvicorn_model_server.processes import ServerProcess, running_server
from modelratchet.errors import OutsideError
from modelratchet.storage.bundles import Bundle, write_bundle
from modelratchet.usecases.ports.model_server import Rows

START_SECONDS = 60
_POLL_SECONDS = 0.02
_FIRST_SECONDS = 5


class UvicornModelServer:
    """The port `ModelServer`."""

    def __init__(self, start_seconds: float = START_SECONDS) -> None:
        """Say how long a server may take to answer first."""
        self._start_seconds = start_seconds

    @contextmanager
    def serve(self, bundle: Bundle) -> Iterator[UvicornServedModel]:
        """See the port. The bundle is written anew, so that nobody can change it between its check and the server's."""
        with tempfile.TemporaryDirectory(prefix="ratchet-server-") as name:
            folder = Path(name)
            write_bundle(bundle, folder / "bundle")
            with running_server(folder, gate_environment(folder / "bundle")) as process:
                yield UvicornServedModel(process, bundle.digest, self._start_seconds)


class UvicornServedModel:
    """The port `ServedModel`."""

    def __init__(self, process: ServerProcess, digest: str, start_seconds: float) -> None:
        """Take a process that was just started."""
        self._process, self._digest, self._start_seconds = process, digest, start_seconds

    def await_answer(self, rows: Rows) -> float:
        """See the port."""
        deadline = self._process.started + self._start_seconds
        while time.perf_counter() < deadline:
            self._process.refuse_ended()
            with Connection(self._process.port, _FIRST_SECONDS) as connection:
                answer = connection.first_answer(rows)
            if answer is not None:
                return self._checked(answer)
            time.sleep(_POLL_SECONDS)
        raise OutsideError(
            f"the server did not answer within {self._start_seconds:g} s{self._process.last_words()}",
            hint="Run it again on a quieter machine.",
        )

    def requests(self, calls: Sequence[Rows]) -> Sequence[Callable[[], object]]:
        """See the port."""
        connection = Connection(self._process.port)
        return [connection.request(rows) for rows in calls]

    def processor_ns(self) -> int:
        """See the port."""
        return self._process.processor_ns()

    def memory_bytes(self) -> int | None:
        """See the port."""
        return self._process.memory_bytes()

    def _checked(self, answer: object) -> float:
        elapsed = time.perf_counter() - self._process.started
        model = answer.get("model") if isinstance(answer, dict) else None
        found = model.get("bundle") if isinstance(model, dict) else None
        if found != self._digest:
            raise OutsideError(f"the server answered with bundle {found}, expected {self._digest}")
        return elapsed * 1000.0
