"""Rows from CSV and Parquet files, read by Arrow.

CSV values stay the text that is in the file (`007` is no 7), so that what a column is follows from `params.yaml` and
never from a guess. Unquoted blanks and the usual words for nothing (NA, NaN, NULL …) are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from modelratchet.adapters.pyarrow_row_source.csv_faults import csv_fault, refuse_open_quote
from modelratchet.errors import DataError
from modelratchet.storage.sources import SourceFile
from modelratchet.usecases.ports.rows import SourceRows


class CsvRowSource:
    """CSV files with one header line each, UTF-8, comma-separated; `.gz`, `.bz2` and `.zst` are unpacked."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        """Name the files, at least one; their rows follow each other in this order."""
        self._files = tuple(files)

    def read(self, wanted: Sequence[str]) -> SourceRows:
        """Read the wanted columns as text.

        Raises:
            DataError: a file is empty, has a broken line, is not UTF-8, or has other columns than the first.
        """
        names = _common_names(self._files, [_csv_names(file) for file in self._files])
        chosen = [name for name in names if name in set(wanted)]
        return _joined([_read_csv(file, chosen) for file in self._files], names)


class ParquetRowSource:
    """Parquet files; types are taken as they are."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        """Name the files, at least one; their rows follow each other in this order."""
        self._files = tuple(files)

    def read(self, wanted: Sequence[str]) -> SourceRows:
        """Read the wanted columns.

        Raises:
            DataError: a file is empty, is not Parquet, is cut, or has other columns than the first.
        """
        names = _common_names(self._files, [_parquet_names(file) for file in self._files])
        chosen = [name for name in names if name in set(wanted)]
        return _joined([_read_parquet(file, chosen) for file in self._files], names)


def _joined(frames: list[pd.DataFrame], names: tuple[str, ...]) -> SourceRows:
    return SourceRows(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0], names)


def _common_names(files: Sequence[SourceFile], names: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Columns of the first file, once all others are known to have the same ones, in whatever order."""
    for file, found in zip(files[1:], names[1:], strict=True):
        lacking, extra = sorted(set(names[0]) - set(found)), sorted(set(found) - set(names[0]))
        if lacking or extra:
            parts = [f"lacks {', '.join(lacking)}"] if lacking else []
            parts += [f"has {', '.join(extra)} besides"] if extra else []
            raise DataError(
                f"{file.name} {' and '.join(parts)}, compared with {files[0].name}",
                hint="Files of one glob need the same columns; mend the file, or a narrower ingest.path.",
            )
    return names[0]


def _csv_names(file: SourceFile) -> tuple[str, ...]:
    _refuse_empty(file)
    try:
        with pa.input_stream(str(file.path), compression="detect") as stream:
            names = tuple(csv.open_csv(stream, parse_options=_parsing()).schema.names)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
        raise csv_fault(file, error) from error
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise DataError(
            f"{file.name}: the header names {', '.join(doubled)} more than once", hint="Give each column one name."
        )
    return names


def _read_csv(file: SourceFile, chosen: list[str]) -> pd.DataFrame:
    types = dict.fromkeys(chosen, pa.string())
    # An empty list of columns means all of them to Arrow.
    options = csv.ConvertOptions(
        include_columns=chosen or None, column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    try:
        with pa.input_stream(str(file.path), compression="detect") as stream:
            table = csv.read_csv(stream, parse_options=_parsing(), convert_options=options)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
        raise csv_fault(file, error) from error
    refuse_open_quote(file)
    if not chosen:
        return pd.DataFrame(index=range(table.num_rows))
    return _to_pandas(table)


def _parsing() -> csv.ParseOptions:
    return csv.ParseOptions(newlines_in_values=True)


def _parquet_names(file: SourceFile) -> tuple[str, ...]:
    _refuse_empty(file)
    try:
        return tuple(parquet.read_schema(file.path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise _parquet_fault(file, error) from error


def _read_parquet(file: SourceFile, chosen: list[str]) -> pd.DataFrame:
    try:
        # One file, no dataset: folder names like month=1 are no columns.
        table = parquet.ParquetFile(file.path).read(columns=chosen)
    except (pa.ArrowInvalid, OSError) as error:
        raise _parquet_fault(file, error) from error
    return _to_pandas(table)


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """Leave the pandas metadata behind: it would turn columns into an index."""
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas()
    return frame


def _parquet_fault(file: SourceFile, error: Exception) -> DataError:
    with Path(file.path).open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    found = f"is Parquet, but cut or damaged ({error})" if is_parquet else "is not Parquet: it does not start with PAR1"
    hint = "Make or fetch the file again." if is_parquet else "Set ingest.source to what the file is."
    return DataError(f"{file.name} {found}", hint=hint)


def _refuse_empty(file: SourceFile) -> None:
    if file.path.stat().st_size == 0:
        raise DataError(f"{file.name} is empty (0 bytes)", hint="Make or fetch the file again.")
