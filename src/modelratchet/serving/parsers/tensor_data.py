"""A tensor's values out of JSON or binary data, as the batch holds them. Called by `tensors`, which held its shape.

Source: Open Inference Protocol, REST, "Tensor Data" and "Tensor Data Types"; "Binary Tensor Data Extension".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from modelratchet.core.schema import MISSING_CATEGORY
from modelratchet.serving.problems import Problem, at, unreadable

BYTES, BOOL = "BYTES", "BOOL"
NUMPY_TYPES = {
    BOOL: np.dtype("?"),
    "INT8": np.dtype("i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "UINT8": np.dtype("u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}
# what JSON may hold, by the kind of numpy's type
_ALLOWED: Mapping[str, set[type]] = {"f": {float, int, type(None)}, "i": {int}, "u": {int}, "b": {bool}}


class Given(NamedTuple):
    """A tensor whose shape is right; one of `binary` and `data` is there."""

    name: str
    datatype: str
    n_rows: int
    binary: memoryview | None
    data: list[Any] | None


def numbers_of(given: Given, columns: Sequence[str]) -> np.ndarray:
    """Its numbers, row by row; null is a missing one where the datatype is a float.

    Args:
        given: of `n_rows` times as many values as there are columns.
        columns: the names of the columns, for what is said of a value.

    Raises:
        Problem: it is not of numbers, or not of as many.
    """
    kind = NUMPY_TYPES.get(given.datatype)
    if kind is None:
        said = f"found datatype {given.datatype[:100]}, expected one of {', '.join(NUMPY_TYPES)}"
        raise refuse("wrong-type", said, given.name)
    if given.binary is not None:
        expected = given.n_rows * len(columns) * kind.itemsize
        if len(given.binary) != expected:
            said = f"found {len(given.binary)} bytes, expected {expected} for its shape and datatype"
            raise refuse("wrong-size", said, given.name)
        read = (
            np.frombuffer(given.binary, np.uint8).astype(bool)
            if kind.kind == "b"
            else np.frombuffer(given.binary, kind)
        )
        return read.astype(np.float32)
    values = _flat(given, len(columns))
    allowed = _ALLOWED[kind.kind]
    if not set(map(type, values)) <= allowed:
        index = next(index for index, value in enumerate(values) if type(value) not in allowed)
        raise _wrong(index, columns, f"found {_said(values[index])}, expected {given.datatype}")
    if kind.kind in "iu":
        _refuse_range(values, kind, columns)
    try:
        return np.array(values, np.float32)
    except OverflowError:
        # only a whole number can be larger than any float
        index = max(range(len(values)), key=lambda index: abs(values[index] or 0))
        row, place = divmod(index, len(columns))
        raise at("number-too-large", "found a number that no float can hold", row, columns[place]) from None


def texts_of(given: Given, columns: Sequence[str]) -> np.ndarray:
    """Its texts, row by row, as objects; null and the empty text are a missing one.

    Raises:
        Problem: it is not of texts, or not of as many.
    """
    if given.datatype != BYTES:
        raise refuse("wrong-type", f"found datatype {given.datatype[:100]}, expected {BYTES}", given.name)
    expected = given.n_rows * len(columns)
    if given.binary is not None:
        values = list(
            islice(_prefixed(given), expected + 1)
        )  # four bytes may claim to be a text, and there may be millions
        if len(values) != expected:
            found = f"more than {expected}" if len(values) > expected else str(len(values))
            raise refuse("wrong-size", f"found {found} texts, expected {expected} for its shape", given.name)
    else:
        values = _flat(given, len(columns))
        if not set(map(type, values)) <= {str, type(None)}:
            index = next(index for index, value in enumerate(values) if not isinstance(value, str | None))
            raise _wrong(index, columns, f"found {_said(values[index])}, expected text")
    texts = np.empty(len(values), object)
    texts[:] = [MISSING_CATEGORY if value is None else value for value in values]
    return texts


def refuse(kind: str, said: str, name: str | None) -> Problem:
    """A problem with one input."""
    detail = f"input {name[:100]}: {said}" if name else said
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, detail, column=name[:100] if name else None)


def _flat(given: Given, width: int) -> list[Any]:
    """The values in one list; they may stand in one, or in a list for each row."""
    values = given.data or []
    if values and isinstance(values[0], list):
        for row, inner in enumerate(values):
            if not isinstance(inner, list) or len(inner) != width:
                raise at("wrong-shape", f"expected a list of {width} values, as the shape says", row, given.name)
        values = list(chain.from_iterable(values))
    if len(values) != given.n_rows * width:
        said = f"found {len(values)} values, expected {given.n_rows * width} for its shape"
        raise refuse("wrong-size", said, given.name)
    return values


def _prefixed(given: Given) -> Iterator[str]:
    """Texts, each behind its length as four bytes."""
    binary = given.binary or memoryview(b"")
    start = 0
    while start < len(binary):
        end = start + 4
        size = struct.unpack_from("<I", binary, start)[0] if end <= len(binary) else len(binary)
        if end + size > len(binary):
            raise refuse("wrong-size", f"a text at byte {start} runs past the end of the data", given.name)
        try:
            yield str(binary[end : end + size], "utf-8")
        except UnicodeDecodeError as error:
            raise unreadable(error) from error
        start = end + size


def _refuse_range(values: Sequence[int], kind: np.dtype, columns: Sequence[str]) -> None:
    limits = np.iinfo(kind)
    if limits.min <= min(values) and max(values) <= limits.max:
        return
    index = next(index for index, value in enumerate(values) if not limits.min <= value <= limits.max)
    raise _wrong(index, columns, f"found a number outside {limits.min} to {limits.max}")


def _wrong(index: int, columns: Sequence[str], said: str) -> Problem:
    row, place = divmod(index, len(columns))
    return at("wrong-type", said, row, columns[place])


def _said(value: Any) -> str:
    words = {
        str: "text",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        list: "a list",
        dict: "an object",
    }
    return words.get(type(value), "null")
