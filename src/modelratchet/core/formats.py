"""How records become plain data and come back.

A record is a frozen dataclass made of strings, numbers, booleans, enums, `None`, tuples, string-keyed
dictionaries and other records. `decode(type(x), encode(x))` equals `x`. A record that is written to a file
carries `FORMAT` and `VERSION`, and its file says both, so that an old file is never misread.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, ClassVar, Protocol, TypeVar

from modelratchet.errors import EvidenceError

Record = TypeVar("Record")


class WrittenRecord(Protocol):
    """A record that has a file format of its own."""

    FORMAT: ClassVar[str]
    VERSION: ClassVar[int]


Written = TypeVar("Written", bound=WrittenRecord)


def encode(value: Any) -> Any:
    """Turn a record into plain JSON data."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def decode(cls: type[Record], data: Any) -> Record:
    """Build a record from plain data.

    Raises:
        EvidenceError: a field is missing, unknown or of the wrong type; the message gives its path.
    """
    result: Record = _decode(cls, data, cls.__name__)
    return result


def to_document(record: WrittenRecord) -> dict[str, Any]:
    """Encode a written record with its format's name and version in front."""
    return {"format": record.FORMAT, "format_version": record.VERSION, **encode(record)}


def from_document(cls: type[Written], document: Any, source: str) -> Written:
    """Decode what `to_document` made.

    Args:
        cls: the record expected.
        document: the parsed JSON.
        source: where it came from, for messages.

    Raises:
        EvidenceError: another format, a version this release cannot read, or a malformed record.
    """
    if not isinstance(document, dict):
        raise EvidenceError(f"{source} holds {type(document).__name__}, expected {cls.FORMAT} version {cls.VERSION}")
    found = (document.get("format"), document.get("format_version"))
    if found != (cls.FORMAT, cls.VERSION):
        raise EvidenceError(f"{source} is {found[0]} version {found[1]}, expected {cls.FORMAT} version {cls.VERSION}")
    body = {key: value for key, value in document.items() if key not in ("format", "format_version")}
    try:
        return decode(cls, body)
    except EvidenceError as error:
        raise EvidenceError(f"{source}: {error.message}") from error


def _decode(kind: Any, data: Any, path: str) -> Any:  # noqa: PLR0911 - one return a kind reads best
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return data
    if origin in (typing.Union, types.UnionType):
        return _decode_optional(arguments, data, path)
    if origin is typing.Literal:
        return _checked(data in arguments, data, f"one of {arguments}", path)
    if origin is tuple:
        _checked(isinstance(data, list), data, "a list", path)
        return tuple(_decode(arguments[0], item, f"{path}[{index}]") for index, item in enumerate(data))
    if origin in (dict, Mapping):
        _checked(isinstance(data, dict), data, "an object", path)
        return {key: _decode(arguments[1], item, f"{path}.{key}") for key, item in data.items()}
    if is_dataclass(kind):
        return _decode_record(kind, data, path)
    if issubclass(kind, Enum):
        # a list, not a set: what was read may be unhashable
        _checked(data in [member.value for member in kind], data, f"one of {[m.value for m in kind]}", path)
        return kind(data)
    return _decode_scalar(kind, data, path)


def _decode_optional(arguments: tuple[Any, ...], data: Any, path: str) -> Any:
    if data is None and type(None) in arguments:
        return None
    choices = [choice for choice in arguments if choice is not type(None)]
    for choice in choices:
        try:
            return _decode(choice, data, path)
        except EvidenceError:
            if choice is choices[-1]:
                raise
    return None


def _decode_record(kind: Any, data: Any, path: str) -> Any:
    _checked(isinstance(data, dict), data, "an object", path)
    hints = typing.get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    unknown, missing = sorted(set(data) - names), sorted(names - set(data))
    if unknown or missing:
        raise EvidenceError(f"{path}: unknown fields {unknown}, missing fields {missing}")
    return kind(**{name: _decode(hints[name], data[name], f"{path}.{name}") for name in names})


def _decode_scalar(kind: Any, data: Any, path: str) -> Any:
    if kind is float:
        is_number = isinstance(data, (int, float)) and not isinstance(data, bool)
        # NaN and infinities are never written; a whole number may be larger than any float
        return float(_checked(is_number and abs(data) <= sys.float_info.max, data, "a finite number", path))
    is_kind = isinstance(data, kind) and not (kind is int and isinstance(data, bool))
    return _checked(is_kind, data, kind.__name__, path)


def _checked(is_right: bool, data: Any, expected: str, path: str) -> Any:
    if not is_right:
        raise EvidenceError(f"{path}: found {data!r}, expected {expected}")
    return data
