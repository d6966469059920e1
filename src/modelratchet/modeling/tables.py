"""Rows as Parquet files. Equal rows give equal bytes, so that a file's digest says whether rows changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.storage.files import replacing

_ROW_GROUP = 131_072


def write_table(path: Path, rows: pd.DataFrame) -> None:
    """Write all columns in order, whole or not at all. The index is dropped, and so is the metadata that names versions.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    table = table.cast(pa.schema([_stored(field) for field in table.schema]))
    with replacing(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd", row_group_size=_ROW_GROUP, version="2.6")


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read what `write_table` wrote.

    Args:
        path: the file.
        columns: only these; None for all.

    Raises:
        MissingEvidenceError: the file is not there.
        EvidenceError: it is cut, or is not Parquet.
    """
    try:
        return parquet.read_table(path, columns=None if columns is None else list(columns)).to_pandas()
    except FileNotFoundError as error:
        raise MissingEvidenceError(f"{path} is not there", hint="Run `ratchet run` first.") from error
    except (pa.ArrowInvalid, OSError) as error:
        hint = "Delete it and run `ratchet run` again."
        raise EvidenceError(f"{path} is not whole, or is not Parquet: {error}", hint=hint) from error


def _stored(field: pa.Field) -> pa.Field:
    """Text in one width, whichever pandas picked."""
    return pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type)
