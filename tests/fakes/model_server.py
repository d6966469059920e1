"""Servers that answer at once, on a machine whose clock they move, and fail when they are told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from modelratchet.errors import OutsideError
from modelratchet.storage.bundles import Bundle
from modelratchet.usecases.ports.model_server import Rows


class FakeServedModel:
    """The port `ServedModel`. `dies_after` is the number of requests that it answers."""

    def __init__(self, digest: str, dies_after: int | None = None) -> None:
        self.digest, self.dies_after, self.answered, self.is_running = digest, dies_after, 0, True

    def await_answer(self, rows: Rows) -> float:
        self._answer()
        return 2500.0

    def requests(self, calls: Sequence[Rows]) -> Sequence[Callable[[], object]]:
        return [self._answer for _ in calls]

    def processor_ns(self) -> int:
        return 1000 * self.answered

    def memory_bytes(self) -> int | None:
        return 200_000_000 if self.is_running else None

    def _answer(self) -> None:
        if self.answered == self.dies_after:
            self.is_running = False
        if not self.is_running:
            raise OutsideError("the server went away in the middle")
        self.answered += 1


class FakeModelServer:
    """The port `ModelServer`. `dies_after` maps the number of a server, from 0 in the order they start, to the requests it answers."""

    def __init__(self, dies_after: dict[int, int] | None = None) -> None:
        self.started: list[FakeServedModel] = []
        self._dies_after = dies_after or {}

    @contextmanager
    def serve(self, bundle: Bundle) -> Iterator[FakeServedModel]:
        served = FakeServedModel(bundle.digest, self._dies_after.get(len(self.started)))
        self.started.append(served)
        try:
            yield served
        finally:
            served.is_running = False
