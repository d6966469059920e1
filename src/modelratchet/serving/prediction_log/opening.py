"""Makes a prediction log out of its settings, once they are known to make sense."""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelratchet.core.schema import Schema
from modelratchet.errors import ConfigError
from modelratchet.serving.prediction_log.courier import STEP_ROWS, Courier
from modelratchet.serving.prediction_log.log import PredictionLog
from modelratchet.serving.prediction_log.pipe import Opening
from modelratchet.serving.prediction_log.sampling import Sample
from modelratchet.serving.prediction_log.steps import Entry, Label
from modelratchet.serving.prediction_log.waiting import Waiting
from modelratchet.serving.settings import LogSettings
from modelratchet.storage.log_stores import open_store


@dataclass(frozen=True)
class ServedModel:
    """What the rows say of the model that answers."""

    schema: Schema
    version: str
    variant: str
    digest: str


def open_log(folder: str, settings: LogSettings, model: ServedModel, worker: str) -> PredictionLog:
    """Make a log; nothing runs before its `start`.

    Args:
        folder: a path, or a URL for fsspec.
        settings: how much, and how often.
        model: what answers.
        worker: a name that no worker had before or has elsewhere; what file names cannot hold is left out.

    Raises:
        ConfigError: `redact` names a feature that the schema does not have, or a number is out of its range.
        StorageError: no such kind of store.
    """
    _check(settings, model.schema)
    open_store(folder)
    opening = Opening(
        folder=folder,
        worker=re.sub(r"[^A-Za-z0-9.-]", "", worker).strip(".-") or "worker",
        schema=model.schema,
        version=model.version,
        variant=model.variant,
        digest=model.digest,
        redact=tuple(settings.redact),
        flush_seconds=settings.flush_seconds,
        flush_rows=max(1, settings.queue_rows // 4),
    )
    step_rows = min(STEP_ROWS, max(1, settings.queue_rows // 4))
    predictions: Waiting[Entry] = Waiting(settings.queue_rows, step_rows)
    labels: Waiting[Label] = Waiting(settings.queue_rows, step_rows)
    return PredictionLog(Sample(settings.share), predictions, labels, Courier(predictions, labels, opening))


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
