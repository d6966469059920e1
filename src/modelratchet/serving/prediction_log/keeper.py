"""The process that keeps one worker's log: reads frames, makes columns, has files written, and tells how that went.

It is a process of its own because all of that holds the interpreter's lock, which the worker needs for its answers. It outlives a worker that is
killed, by as long as it takes to write what was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from modelratchet.core.formats import decode
from modelratchet.core.log_files import FEEDBACK_FORMAT, PREDICTIONS_FORMAT, format_facts
from modelratchet.serving.prediction_log.columns import FeedbackColumns, PredictionColumns, Stamp
from modelratchet.serving.prediction_log.parquet import Form
from modelratchet.serving.prediction_log.parts import Parts
from modelratchet.serving.prediction_log.pipe import CLOSE, OPEN, PREDICTIONS, News, Opening, encode_news, read_frame
from modelratchet.serving.prediction_log.recorder import Recorder
from modelratchet.serving.prediction_log.steps import Label, Step
from modelratchet.serving.prediction_log.writer import LogWriter
from modelratchet.storage.log_stores import open_store

FEEDBACK_FOLDER = "feedback/"
ORPHAN_SECONDS = 60.0
"""For the last files of a worker that was killed; nobody waits for them."""


class Keeper:
    """Both streams of one worker."""

    def __init__(self, opening: Opening, clock_ns: Callable[[], int], tell: Callable[[bytes], None]) -> None:
        """Open the store and start writing.

        Args:
            opening: what the worker said first.
            clock_ns: nanoseconds since 1970, UTC.
            tell: takes news, a line each, from the thread that writes.

        Raises:
            StorageError: no such kind of store.
        """
        store, columns, labels = open_store(opening.folder), predictions_of(opening), FeedbackColumns(opening.schema)
        self.predictions: Recorder[Step] = Recorder(
            columns,
            Form(columns.schema, columns.repeating, _facts(PREDICTIONS_FORMAT, opening)),
            Parts(store, opening.worker),
        )
        self.labels: Recorder[list[Label]] = Recorder(
            labels,
            Form(labels.schema, labels.repeating, _facts(FEEDBACK_FORMAT, opening)),
            Parts(store, opening.worker, FEEDBACK_FOLDER),
        )
        self._tell, self._flush_rows = tell, opening.flush_rows
        self._told_written, self._told_spoiled = (0, 0), (0, 0)
        both = (self.predictions, self.labels)
        self.writer = LogWriter(both, opening.flush_seconds, clock_ns, self._tell_news)
        self.writer.start()

    def take(self, kind: str, content: Any) -> None:
        """Make columns of a frame's rows."""
        if kind == PREDICTIONS:
            step = Step(*content)
            self.predictions.take(step, sum(step.counts))
        else:
            self.labels.take(content, len(content))
        if self.predictions.collected_rows + self.labels.collected_rows >= self._flush_rows:
            self.writer.hurry()

    def _tell_news(self, failed: str) -> None:
        written = (self.predictions.written_rows, self.labels.written_rows)
        spoiled = (self.predictions.spoiled_rows, self.labels.spoiled_rows)
        news = News(_difference(written, self._told_written), _difference(spoiled, self._told_spoiled), failed)
        self._told_written, self._told_spoiled = written, spoiled
        if failed or any(news.written) or any(news.spoiled):
            self._tell(encode_news(news) + b"\n")


def keep(stream: BinaryIO, clock_ns: Callable[[], int], tell: Callable[[bytes], None]) -> bool:
    """Keep a log until the worker says that it ends, or is gone; whether all was written."""
    first = read_frame(stream)
    if first is None or first[0] != OPEN:
        return False
    keeper, seconds = Keeper(decode(Opening, first[1]), clock_ns, tell), ORPHAN_SECONDS
    while (found := read_frame(stream)) is not None:
        kind, content = found
        if kind == CLOSE:
            seconds = content
            break
        keeper.take(kind, content)
    return keeper.writer.close(seconds)


def predictions_of(opening: Opening) -> PredictionColumns:
    """The columns of this model's predictions."""
    return PredictionColumns(opening.schema, Stamp(opening.version, opening.variant), opening.redact)


def _difference(now: tuple[int, int], before: tuple[int, int]) -> tuple[int, int]:
    return now[0] - before[0], now[1] - before[1]


def _facts(name: str, opening: Opening) -> dict[str, str]:
    return {**format_facts(name), "model": opening.schema.model, "bundle": opening.digest}
