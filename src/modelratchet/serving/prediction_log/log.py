"""The one object that the server holds of its prediction log."""

from __future__ import annotations

from collections.abc import Callable

from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.metrics.numbers import LogCounts
from modelratchet.serving.prediction_log.courier import Courier
from modelratchet.serving.prediction_log.sampling import Sample
from modelratchet.serving.prediction_log.steps import Entry, Label
from modelratchet.serving.prediction_log.waiting import Waiting


class PredictionLog:
    """Takes predictions and labels; never blocks, never raises, drops what it cannot hold and counts it."""

    def __init__(self, sample: Sample, predictions: Waiting[Entry], labels: Waiting[Label], courier: Courier) -> None:
        """Join the parts; `open_log` makes them."""
        self.waiting = predictions
        self._labels = labels
        self._courier = courier
        self._offer = predictions.offer
        self._holds = None if sample.holds_all else sample.holds
        self.in_sample: Callable[[str], bool] = sample.holds

    def offer(self, request_id: str, time_ns: int, batch: Batch, answer: Answer, latency_us: int) -> None:
        """Remember one request.

        Args:
            request_id: decides whether it is in the sample.
            time_ns: since 1970; decides the hour.
            batch: what was asked; its arrays are kept and must not be changed afterwards.
            answer: what was answered; likewise.
            latency_us: how long the answer took, in microseconds.
        """
        if self._holds is None or self._holds(request_id):
            self._offer((batch.n_rows, time_ns, request_id, batch, answer, latency_us))

    def offer_label(self, label: Label) -> bool:
        """Remember what turned out to be right; False where too much waits already."""
        return self._labels.offer(label)

    def counts(self) -> LogCounts:
        """What the metrics tell."""
        both = (self.waiting, self._labels)
        return LogCounts(
            waiting=sum(waiting.rows for waiting in both),
            written=sum(waiting.written for waiting in both),
            dropped=sum(waiting.refused + waiting.spoiled for waiting in both),
        )

    def start(self) -> None:
        """Start writing; call it in the process that serves, after any fork."""
        self._courier.start()

    def close(self, seconds: float) -> bool:
        """Write all that waits, within so many seconds; whether it was done."""
        return self._courier.close(seconds)
