"""How records become plain data and come back, and how a written format grows.

A record is a frozen dataclass made of strings, numbers, booleans, enums, `None`, tuples, string-keyed
dictionaries and other records. `decode(type(x), encode(x))` equals `x`. A record that is written to a file
carries `FORMAT` and `VERSION`, and its file says both, so that an old file is never misread.

A format grows by optional fields alone (`added`), each with the version that brought it; a reader takes its own version and all earlier ones, and
refuses later ones. A digest is of the document as it was written: a record that was read keeps it, so no later field changes what a file is called
(docs/adr/0014).
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, ClassVar, Protocol, TypeVar

from modelratchet.core.digests import digest_value
from modelratchet.errors import EvidenceError, LaterReleaseError

Record = TypeVar("Record")
_ADDED_IN = "added_in"
_AS_WRITTEN = "_as_written"
_HEADER = ("format", "format_version")


class WrittenRecord(Protocol):
    """A record that has a file format of its own. Its class may say `OLDEST`, the first version that a release wrote; 1 where it says nothing."""

    FORMAT: ClassVar[str]
    VERSION: ClassVar[int]


Written = TypeVar("Written", bound=WrittenRecord)


def added(version: int, default: Any = None) -> Any:
    """A field that a later version of a format brought: it has its default where an older file was read.

    Args:
        version: of the record's own format; for a record without one, of the format that it first stood in.
        default: what an older file is taken to say.
    """
    return dataclasses.field(default=default, metadata={_ADDED_IN: version})


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
    """What the record was read from, or, for one that was made here, what it is written as: format, version, fields.

    Laws: `to_document(from_document(cls, document, ...))` is the document, whatever version wrote it; a copy made by `dataclasses.replace` was made here.
    """
    read: dict[str, Any] | None = vars(record).get(_AS_WRITTEN)
    return read if read is not None else {"format": record.FORMAT, "format_version": record.VERSION, **encode(record)}


def digest_of(record: WrittenRecord) -> str:
    """The digest of a written record: of its document as it was written, never of a copy in today's form.

    Raises:
        EvidenceError: it holds a text or a number that JSON has no form for, which no release writes.
    """
    try:
        return digest_value(to_document(record))
    except ValueError as error:
        raise EvidenceError(f"{record.FORMAT} was edited: {error}") from error


def as_written(record: Written, document: dict[str, Any]) -> Written:
    """The record, with the document that it was read from."""
    vars(record)[_AS_WRITTEN] = document
    return record


def from_document(cls: type[Written], document: Any, source: str) -> Written:
    """Decode what `to_document` made.

    Args:
        cls: the record expected.
        document: the parsed JSON.
        source: where it came from, for messages.

    Raises:
        EvidenceError: another format, a version that no release wrote, or a malformed record.
        LaterReleaseError: a later version than this release reads.
    """
    version = version_of(cls, document, source)
    body = {key: value for key, value in document.items() if key not in _HEADER}
    try:
        record: Written = _decode_record(cls, body, cls.__name__, version)
    except EvidenceError as error:
        raise EvidenceError(f"{source}: {error.message}") from error
    return as_written(record, document)


def version_of(cls: type[WrittenRecord], document: Any, source: str) -> int:
    """The version of a document's format, if it is one that this release reads.

    Raises:
        EvidenceError, LaterReleaseError: see `from_document`.
    """
    oldest: int = getattr(cls, "OLDEST", 1)
    reads = f"version {cls.VERSION}" if oldest == cls.VERSION else f"versions {oldest} to {cls.VERSION}"
    if not isinstance(document, dict):
        raise EvidenceError(f"{source} holds {type(document).__name__}, expected {cls.FORMAT}, {reads}")
    name, version = document.get("format"), document.get("format_version")
    if name != cls.FORMAT or not isinstance(version, int) or isinstance(version, bool) or version < oldest:
        raise EvidenceError(f"{source} is {name} version {version}, expected {cls.FORMAT}, {reads}")
    if version > cls.VERSION:
        raise LaterReleaseError(
            f"{source} is {name} version {version}, which a later release of modelratchet wrote; this one reads {reads}",
            hint="Install the release that wrote it, or a newer one; docs/how-to/upgrade.md.",
        )
    return version


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
        return _decode_record(kind, data, path, None)
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


def _decode_record(kind: Any, data: Any, path: str, version: int | None) -> Any:
    """Without a version, that of a record within another, later fields may be there or not; with one, just those that it has."""
    _checked(isinstance(data, dict), data, "an object", path)
    hints = typing.get_type_hints(kind)
    added_in = {field.name: int(field.metadata.get(_ADDED_IN, 0)) for field in fields(kind)}
    known = {name for name, since in added_in.items() if version is None or since <= version}
    needed = {name for name in known if version is not None or not added_in[name]}
    unknown, missing = sorted(set(data) - known), sorted(needed - set(data))
    if unknown or missing:
        raise EvidenceError(f"{path}: unknown fields {unknown}, missing fields {missing}")
    return kind(**{name: _decode(hints[name], data[name], f"{path}.{name}") for name in known & set(data)})


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
