"""Requests as the prediction log is offered them, and stores that fail when told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from modelratchet.adapters.pyarrow_prediction_log import Span, read_log
from modelratchet.core.log_files import HOUR_NS, PREDICTIONS_FORMAT, format_facts
from modelratchet.errors import StorageError
from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.prediction_log.columns import PredictionColumns, Stamp
from modelratchet.serving.prediction_log.parquet import Form
from modelratchet.serving.prediction_log.parts import Parts
from modelratchet.serving.prediction_log.recorder import Recorder
from modelratchet.serving.prediction_log.steps import Entry, Step, step_of
from modelratchet.storage.log_stores import LocalStore, LogStore
from tests.samples.bundles import binary_bundle

TEN_O_CLOCK_NS = 1_795_514_400 * 10**9  # 24 November 2026, 10:00 UTC
SCHEMA = binary_bundle().schema
EVER = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def entry(request_id: str, rows: int = 1, hours: float = 0.0) -> Entry:
    """A request so many hours after ten; its rows differ."""
    numeric = np.arange(rows, dtype=np.float32).reshape(-1, 1)
    categorical = np.array([["AA"], ["UA"]] * rows, dtype=object)[:rows]
    late = (numeric[:, 0] + 1) / (rows + 2)
    answer = Answer((late > 0.5).astype(np.int64), np.stack([1 - late, late], axis=1).astype(np.float32), None)
    return rows, TEN_O_CLOCK_NS + int(hours * HOUR_NS), request_id, Batch(rows, numeric, categorical), answer, 250


def recorder(store: LogStore, worker: str = "w") -> Recorder[Step]:
    """A recorder of predictions without a process around it."""
    columns = PredictionColumns(SCHEMA, Stamp("3", "champion"))
    return Recorder(
        columns, Form(columns.schema, columns.repeating, format_facts(PREDICTIONS_FORMAT)), Parts(store, worker)
    )


def give(recorder: Recorder[Step], *entries: Entry) -> None:
    """Give entries to a recorder, as one step."""
    recorder.take(step_of(entries), sum(entry[0] for entry in entries))


def merge(recorder: Recorder[Step], before_hour: int) -> None:
    """Merge all that there is to merge."""
    while recorder.merge(before_hour):
        pass


def recorded(folder: Path, span: Span = EVER) -> list[tuple[str, int]]:
    """Request id and row of all that a reader finds, sorted."""
    tables = list(read_log(str(folder), span))
    return sorted(pair for table in tables for pair in keys(table))


def keys(table: pa.Table) -> list[tuple[str, int]]:
    """Request id and row of a table."""
    return list(zip(table["request_id"].to_pylist(), table["row"].to_pylist(), strict=True))


def after_ten(hours: float) -> datetime:
    """A time so many hours after ten."""
    return datetime.fromtimestamp(TEN_O_CLOCK_NS / 1e9, UTC) + timedelta(hours=hours)


class Killed(BaseException):
    """The process ended here; nothing of it runs any more."""


class TroubledStore(LocalStore):
    """A folder whose next calls may fail, before or after they did their work, or be the last; `after_each` sees every moment in between."""

    def __init__(self, folder: Path, after_each: Callable[[], None] = lambda: None) -> None:
        super().__init__(folder)
        self._after_each = after_each
        self.troubles: list[str] = []

    def put(self, name: str, data: bytes) -> None:
        trouble = self._trouble()
        if trouble != "fails before":
            super().put(name, data)
        self._after(trouble)

    def remove(self, name: str) -> None:
        trouble = self._trouble()
        if trouble != "fails before":
            super().remove(name)
        self._after(trouble)

    def _trouble(self) -> str:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "killed before":
            raise Killed
        return trouble

    def _after(self, trouble: str) -> None:
        self._after_each()
        if trouble == "killed after":
            raise Killed
        if trouble:
            raise StorageError("the store is down", hint="Wait.")
