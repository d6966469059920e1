"""Everything that is told of a request besides its answer: numbers, the prediction log, feedback. Made in `entry`, called by `app`.

What is called for every request makes no object and takes no lock; the rest happens in threads between `start` and `close`.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.checks import Unusual
from modelratchet.serving.metrics.meter import Meter
from modelratchet.serving.metrics.shared import Seen, SharedNumbers
from modelratchet.serving.problems import Problem
from modelratchet.serving.settings import ServingSettings
from modelratchet.storage.bundles import Bundle

if TYPE_CHECKING:
    from modelratchet.serving.prediction_log import Feedback, PredictionLog

RUNTIME_VARIABLE = "RATCHET_RUNTIME_DIR"
SHED_KINDS = frozenset({"overloaded"})
CLOSE_SECONDS = 8.0


class Observer:
    """One worker's numbers and log."""

    def __init__(self, bundle: Bundle, settings: ServingSettings, environment: Mapping[str, str] = os.environ) -> None:
        """Set up what the settings ask for; no thread runs yet.

        Args:
            bundle: what is served.
            settings: of this bundle: they know its version.
            environment: may name the folder in which the workers of one server add up their numbers.

        Raises:
            ConfigError: the log's settings do not fit the model.
            StorageError: the log's folder is of a kind that this installation does not reach.
        """
        worker = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self.log: PredictionLog | None = None
        self._feedback: Feedback | None = None
        if settings.log_folder:
            from modelratchet.serving.prediction_log import Feedback, ServedModel, open_log

            model = ServedModel(bundle.schema, settings.version, settings.variant, bundle.digest)
            self.log = open_log(settings.log_folder, settings.log, model, worker)
            self._feedback = Feedback(self.log, bundle.schema, settings.maximum_rows, time.time_ns)
        self.meter = Meter() if self.log is None else Meter(log_counts=self.log.counts)
        folder = environment.get(RUNTIME_VARIABLE, "")
        self._shared = SharedNumbers(Path(folder), worker, self.meter, time.monotonic) if folder else None

    def predicted(self, route: str, request_id: str, batch: Batch, answer: Answer, started: float) -> None:
        """Remember an answer; `started` is a time of `time.perf_counter`."""
        self.meter.predicted(route, batch.n_rows)
        if self.log is not None:
            self.log.offer(request_id, time.time_ns(), batch, answer, int((time.perf_counter() - started) * 1e6))

    def unusual(self, found: Unusual) -> None:
        """Count values that training never saw."""
        self.meter.unusual(found.out_of_range, found.unseen)

    def refused(self, kind: str) -> None:
        """Count a problem, and whether it was for want of time."""
        self.meter.refused(kind)
        if kind in SHED_KINDS:
            self.meter.shed()

    def accept_feedback(self, body: bytes) -> bytes:
        """Take labels.

        Raises:
            Problem: there is no log here, or the labels are wrong.
        """
        if self._feedback is None:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                "no-prediction-log",
                "this server keeps no prediction log, so it cannot keep labels either",
            )
        accepted = self._feedback.accept(body)
        self.meter.labelled(accepted.accepted, accepted.outside_sample)
        return msgspec.json.encode(accepted)

    def seen(self) -> Seen:
        """The numbers of all workers of this server."""
        return Seen(self.meter.latest(), self.meter.gauges(), 1) if self._shared is None else self._shared.see()

    def start(self) -> None:
        """Start the threads; in the process that serves."""
        if self.log is not None:
            self.log.start()
        if self._shared is not None:
            self._shared.start()

    def close(self) -> None:
        """Write what waits; takes a few seconds at most."""
        if self.log is not None:
            self.log.close(CLOSE_SECONDS)
        if self._shared is not None:
            self._shared.close()
