"""Runs with files in memory."""

from __future__ import annotations

from modelratchet.errors import MissingEvidenceError, TrackingError
from modelratchet.usecases.ports.registry import RecordedRun


class FakeRunFiles:
    """The port `RunFiles`. `attached` names what was stored by `attach`, in order; `is_down` makes every call fail."""

    def __init__(self) -> None:
        self.recorded: dict[str, list[RecordedRun]] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.attached: list[tuple[str, str]] = []
        self.is_down = False

    def add(self, model: str, run: RecordedRun) -> None:
        """What recording does; not part of the port."""
        self.recorded.setdefault(model, []).append(run)

    def runs(self, model: str) -> tuple[RecordedRun, ...]:
        self._asked()
        return tuple(self.recorded.get(model, ()))

    def run(self, run_id: str) -> RecordedRun | None:
        self._asked()
        return next((run for runs in self.recorded.values() for run in runs if run.run_id == run_id), None)

    def read(self, run_id: str, name: str) -> bytes | None:
        self._require(run_id)
        return self.files.get((run_id, name))

    def attach(self, run_id: str, name: str, data: bytes) -> None:
        self._require(run_id)
        self.files[run_id, name] = data
        self.attached.append((run_id, name))

    def _require(self, run_id: str) -> None:
        if self.run(run_id) is None:
            raise MissingEvidenceError(f"run {run_id} is not there")

    def _asked(self) -> None:
        if self.is_down:
            raise TrackingError("the store is down")
