"""Makes a prediction log out of its settings: the only place that knows all its parts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.core.schema import Schema
from modelratchet.errors import ConfigError
from modelratchet.serving.prediction_log.columns import Entry, FeedbackColumns, Label, PredictionColumns, Stamp
from modelratchet.serving.prediction_log.log import PredictionLog
from modelratchet.serving.prediction_log.parquet import Form
from modelratchet.serving.prediction_log.parts import Parts
from modelratchet.serving.prediction_log.recorder import STEP_ROWS, Recorder
from modelratchet.serving.prediction_log.sampling import Sample
from modelratchet.serving.prediction_log.waiting import Waiting
from modelratchet.serving.prediction_log.writer import LogWriter, Pace
from modelratchet.serving.settings import LogSettings
from modelratchet.storage.log_stores import open_store

FORMAT, VERSION = "modelratchet/prediction-log", 1
FEEDBACK_FORMAT, FEEDBACK_VERSION = "modelratchet/feedback", 1
FEEDBACK_FOLDER = "feedback/"


@dataclass(frozen=True)
class ServedModel:
    """What the rows say of the model that answers."""

    schema: Schema
    version: str
    variant: str
    digest: str


def open_log(
    folder: str, settings: LogSettings, model: ServedModel, worker: str, clock_ns: Callable[[], int]
) -> PredictionLog:
    """Make a log; nothing runs before its `start`.

    Args:
        folder: a path, or a URL for fsspec.
        settings: how much, and how often.
        model: what answers.
        worker: a name that no worker had before or has elsewhere; what file names cannot hold is left out.
        clock_ns: nanoseconds since 1970, UTC.

    Raises:
        ConfigError: `redact` names a feature that the schema does not have, or a number is out of its range.
        StorageError: no such kind of store.
    """
    _check(settings, model.schema)
    woken = threading.Event()
    store, name = open_store(folder), re.sub(r"[^A-Za-z0-9.-]", "", worker).strip(".-") or "worker"
    columns = PredictionColumns(model.schema, Stamp(model.version, model.variant), settings.redact)
    form = Form(columns.schema, columns.repeating, _facts(FORMAT, VERSION, model))
    labels_columns = FeedbackColumns(model.schema)
    labels_form = Form(
        labels_columns.schema, labels_columns.repeating, _facts(FEEDBACK_FORMAT, FEEDBACK_VERSION, model)
    )
    wake_rows = min(STEP_ROWS, max(1, settings.queue_rows // 4))
    predictions: Recorder[Entry] = Recorder(
        Waiting(settings.queue_rows, wake_rows, woken), columns, form, Parts(store, name)
    )
    labels: Recorder[Label] = Recorder(
        Waiting(settings.queue_rows, wake_rows, woken), labels_columns, labels_form, Parts(store, name, FEEDBACK_FOLDER)
    )
    pace = Pace(settings.flush_seconds, max(1, settings.queue_rows // 2))
    writer = LogWriter((predictions, labels), pace, woken, clock_ns)
    return PredictionLog(Sample(settings.share), predictions.waiting, labels.waiting, writer)


def _check(settings: LogSettings, schema: Schema) -> None:
    columns = [column.name for column in schema.columns]
    faults = [
        f"redact names {name!r}, which the model does not have; it has {', '.join(columns)}"
        for name in settings.redact
        if name not in columns
    ]
    if not 0 <= settings.share <= 1:
        faults.append(f"share is {settings.share}, expected 0 to 1")
    if settings.flush_seconds <= 0:
        faults.append(f"flush_seconds is {settings.flush_seconds}, expected more than 0")
    if settings.queue_rows < 1:
        faults.append(f"queue_rows is {settings.queue_rows}, expected at least 1")
    if faults:
        raise ConfigError("serving.log", faults)


def _facts(name: str, version: int, model: ServedModel) -> dict[str, str]:
    return {"format": name, "format_version": str(version), "model": model.schema.model, "bundle": model.digest}
