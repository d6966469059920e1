"""Record batches become Parquet, and parts become one file again. Bytes only; the recorder puts them somewhere.

Encoding holds the interpreter's lock, so it is done in small row groups and lets the event loop in between them.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arro3.core import RecordBatch, Table
from arro3.core import Schema as ArrowSchema
from arro3.io import read_parquet, write_parquet

if TYPE_CHECKING:
    from typing_extensions import Buffer

GROUP_ROWS = 8192
QUICK, SMALL = "snappy", "zstd(1)"
"""For parts, which live an hour at most and are written while requests wait, and for merged files, which stay."""
PAUSE_SECONDS = 0.0002
HELD_SECONDS = 0.001


@dataclass(frozen=True)
class Form:
    """How a stream's rows are written.

    `repeating` columns have few values and get a dictionary; for the others looking for one costs more than all the rest. `facts`
    go into the file's metadata.
    """

    schema: ArrowSchema
    repeating: Sequence[str]
    facts: dict[str, str] = field(default_factory=dict)


def encode_rows(batches: Sequence[RecordBatch], form: Form, compression: str, rest: float = 0.0) -> bytes:
    """Write rows as one Parquet file.

    Args:
        batches: the rows.
        form: their columns.
        compression: `QUICK` or `SMALL`.
        rest: seconds to sleep for each second of work.
    """
    buffer = _CourteousBuffer(rest)
    write_parquet(
        Table.from_batches(batches, schema=form.schema),
        buffer,
        compression=compression,
        dictionary_enabled=False,
        column_dictionary_enabled=dict.fromkeys(form.repeating, True),
        max_row_group_size=GROUP_ROWS,
        key_value_metadata=form.facts,
    )
    return buffer.getvalue()


def decode_rows(files: Iterable[bytes], rest: float = 0.0) -> list[RecordBatch]:
    """Read the rows of several files, in order; `rest` as for `encode_rows`."""
    batches = []
    for data in files:
        started = time.thread_time()
        for batch in read_parquet(io.BytesIO(data), batch_size=GROUP_ROWS):
            batches.append(batch)
            time.sleep(PAUSE_SECONDS + rest * (time.thread_time() - started))
            started = time.thread_time()
    return batches


class _CourteousBuffer(io.BytesIO):
    """Sleeps for a moment in a write, now and then: that is when other threads get the interpreter's lock."""

    def __init__(self, rest: float) -> None:
        super().__init__()
        self._rest = rest
        self._worked_since = time.thread_time()

    def write(self, data: Buffer, /) -> int:
        worked = time.thread_time() - self._worked_since
        if worked > HELD_SECONDS:
            time.sleep(PAUSE_SECONDS + self._rest * worked)
            self._worked_since = time.thread_time()
        return super().write(data)
