"""What serves a bundle on this machine, to be timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from modelratchet.storage.bundles import Bundle

Rows = Sequence[Mapping[str, float | str | None]]


class ServedModel(Protocol):
    """A server process of its own, started with one bundle."""

    def await_answer(self, rows: Rows) -> float:
        """Wait until the server answers these rows with its bundle, and say how many milliseconds after its start it did.

        Raises:
            OutsideError: it ended, or did not answer in time, or answered with another bundle.
        """

    def requests(self, calls: Sequence[Rows]) -> Sequence[Callable[[], object]]:
        """Requests that are ready to be sent, one after the other over one connection; each waits for its answer.

        A request raises OutsideError when the server refuses it, or is gone.
        """

    def processor_ns(self) -> int:
        """Processor time that the process that answers used so far; 0 where that cannot be read."""

    def memory_bytes(self) -> int | None:
        """Resident memory of all its processes together; None where that cannot be read."""


class ModelServer(Protocol):
    """Serves bundles as the image does."""

    def serve(self, bundle: Bundle) -> AbstractContextManager[ServedModel]:
        """Start a server and go on at once; it is ended with the block, whatever happens.

        Raises:
            OutsideError: it cannot be started.
        """
