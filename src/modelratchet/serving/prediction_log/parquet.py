"""Record batches become Parquet, and parts become one file again. Bytes only; the recorder puts them somewhere."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from arro3.core import RecordBatch, Table
from arro3.core import Schema as ArrowSchema
from arro3.io import read_parquet, write_parquet

GROUP_ROWS = 65_536
QUICK, SMALL = "snappy", "zstd(1)"
"""For parts, which live an hour at most and are written while requests wait, and for merged files, which stay."""


@dataclass(frozen=True)
class Form:
    """How a stream's rows are written.

    `repeating` columns have few values and get a dictionary; for the others looking for one costs more than all the rest. `facts`
    go into the file's metadata.
    """

    schema: ArrowSchema
    repeating: Sequence[str]
    facts: dict[str, str] = field(default_factory=dict)


def encode_rows(batches: Sequence[RecordBatch], form: Form, compression: str) -> bytes:
    """Write rows as one Parquet file, compressed as `QUICK` or `SMALL` says."""
    buffer = io.BytesIO()
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


def decode_rows(files: Iterable[bytes]) -> list[RecordBatch]:
    """Read the rows of several files, in order."""
    return [batch for data in files for batch in read_parquet(io.BytesIO(data), batch_size=GROUP_ROWS)]
