"""Reads what servers wrote into a prediction log, also while they write.

Files of one worker and one hour are the unit: they are listed, and where one of them has been merged away before it was read, listed
again. `docs/formats` names the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelratchet.core.log_files import LogFile, parse_name, require_readable, standing
from modelratchet.errors import EvidenceError, StorageError
from modelratchet.storage.log_stores import LogStore, open_store

FEEDBACK_FOLDER = "feedback/"
_TRIES = 5
_FACTS = (b"format", b"format_version")


@dataclass(frozen=True)
class Span:
    """From a time, included, up to another, not included; both know their zone."""

    since: datetime
    until: datetime


def read_log(folder: str, span: Span, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Read predictions, one table for each worker and hour, so that no more than that is in memory.

    Args:
        folder: the log's folder, or its URL.
        span: of the requests' times.
        columns: those wanted; all of them otherwise. Tables of different models have different ones.

    Raises:
        StorageError: the log cannot be read.
        EvidenceError: a file is damaged.
    """
    return read_stream(open_store(folder), "", span, columns)


def read_feedback(folder: str, span: Span) -> pa.Table:
    """Read the labels that came in this time, one for each request and row: of several the last.

    Raises:
        StorageError: the log cannot be read.
        EvidenceError: a file is damaged.
    """
    tables = list(read_stream(open_store(folder), FEEDBACK_FOLDER, span, None))
    if not tables:
        return pa.table({"request_id": pa.array([], pa.string()), "row": pa.array([], pa.int32())})
    found = pa.concat_tables(tables)
    # a body's labels have one time: among equals the one that was written last counts
    found = found.append_column("place", pa.array(range(len(found)))).sort_by(
        [("time", "ascending"), ("place", "ascending")]
    )
    places = pa.array(range(len(found)))
    last = (
        found.set_column(found.num_columns - 1, "place", places)
        .group_by(["request_id", "row"])
        .aggregate([("place", "max")])
    )
    return found.drop_columns(["place"]).take(last["place_max"].sort())


def read_stream(store: LogStore, prefix: str, span: Span, columns: Sequence[str] | None) -> Iterator[pa.Table]:
    """Read one stream of a store: predictions lie under the empty prefix, feedback under `FEEDBACK_FOLDER`."""
    wanted = None if columns is None else list(dict.fromkeys([*columns, "time"]))
    within = (pc.field("time") >= span.since) & (pc.field("time") < span.until)
    for hour in _hours(store, prefix, span):
        for worker in sorted({file.worker for file in _standing(store, hour)}):
            found = _read_worker(store, hour, worker, wanted).filter(within)
            if len(found):
                yield found if columns is None else found.select(list(columns))


def _hours(store: LogStore, prefix: str, span: Span) -> Iterator[str]:
    first, last = (f"{time.astimezone(UTC):date=%Y-%m-%d/hour=%H}" for time in (span.since, span.until))
    for date in store.names(prefix):
        if not first[:15] <= date <= last[:15]:
            continue
        for hour in store.names(f"{prefix}{date}"):
            if first <= f"{date}/{hour}" <= last:
                yield f"{prefix}{date}/{hour}"


def _standing(store: LogStore, hour: str) -> tuple[LogFile, ...]:
    # a listing is not made at one moment: a part may be gone from it, and the file that it was merged into not yet there. That
    # file was whole before the part went, so a second listing has it, and both together miss nothing
    names = [*store.names(hour), *store.names(hour)]
    return standing(file for file in map(parse_name, names) if file is not None)


def _read_worker(store: LogStore, hour: str, worker: str, columns: list[str] | None) -> pa.Table:
    for _ in range(_TRIES):
        files = [file for file in _standing(store, hour) if file.worker == worker]
        try:
            return pa.concat_tables([_read(store, f"{hour}/{file.name}", columns) for file in files])
        except FileNotFoundError:
            continue  # merged in the meantime
    raise StorageError(f"{hour}: the files of {worker} kept changing", hint="Read the log again.")


def _read(store: LogStore, name: str, columns: list[str] | None) -> Any:
    data = store.read(name)
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        facts = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items() if key in _FACTS}
        require_readable(facts, name)
        return file.read(columns=columns)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{name} is damaged: {error}", hint="Move it out of the log's folder.") from error
