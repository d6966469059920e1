"""Finds out why Arrow refused a CSV file, and on which line; reads the file once more, only after a failure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from modelratchet.errors import DataError
from modelratchet.storage.sources import SourceFile

_SHOWN = 80
_CHUNK = 1 << 20
_HINT = "Mend the line, or quote the fields that hold commas; then run the same command again."


@dataclass
class _Lines:
    """Decodes a stream line by line and remembers how far it got."""

    stream: io.BufferedReader
    number: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.stream:
            self.number += 1
            # a byte-order mark is no part of the first name
            yield line.decode("utf-8-sig" if self.number == 1 else "utf-8")


def csv_fault(file: SourceFile, error: Exception) -> DataError:
    """The first thing wrong with a file that Arrow could not read.

    Args:
        file: the file.
        error: what Arrow said; repeated where no better reason is found.
    """
    with pa.input_stream(str(file.path), compression="detect") as stream:
        lines = _Lines(io.BufferedReader(stream))
        try:
            found = first_fault(lines)
        except UnicodeDecodeError as wrong:
            byte = wrong.object[wrong.start]
            found = f"line {lines.number} is not UTF-8 (byte 0x{byte:02x} at place {wrong.start + 1})"
            return DataError(f"{file.name}: {found}", hint="Save the file as UTF-8.")
        except OSError as wrong:
            return DataError(f"{file.name} cannot be unpacked or read: {wrong}", hint="Make or fetch the file again.")
    if found is None and lines.number == 1:
        found = "it has a header line and no rows"
    return DataError(f"{file.name}: {found or error}", hint=_HINT)


def refuse_open_quote(file: SourceFile) -> None:
    """Refuse a quote that is never closed: Arrow takes the rest of the file for one value, and says nothing.

    An odd number of quotes is the cheap sign; only then are the lines looked at.

    Raises:
        DataError: with the line in which the quote opens.
    """
    with pa.input_stream(str(file.path), compression="detect") as stream:
        count = sum(chunk.count(b'"') for chunk in iter(lambda: stream.read(_CHUNK), b""))
    if count % 2:
        with pa.input_stream(str(file.path), compression="detect") as stream:
            found = first_fault(_Lines(io.BufferedReader(stream)))
        if found:
            raise DataError(f"{file.name}: {found}", hint=_HINT)


def first_fault(lines: Iterable[str]) -> str | None:
    """The first broken line, or None.

    >>> first_fault(["a,b", "1,2", "3"])
    "line 3 has 1 field, expected 2 as in the header: '3'"
    """
    reader = csv.reader(lines, strict=True)
    expected, start = None, 1
    try:
        for fields in reader:
            if expected is None and fields:
                expected = len(fields)
            elif fields and len(fields) != expected:
                text = ",".join(fields)[:_SHOWN]
                return f"line {start} has {_fields(len(fields))}, expected {expected} as in the header: {text!r}"
            start = reader.line_num + 1
    except csv.Error as error:
        if reader.line_num > start:
            return f"the quote that opens in line {start} is never closed"
        return f"line {start} is broken: {error}"
    return "it has no header line" if expected is None else None


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
