"""What a row is worth: its digest, which two databases agree on, and whether a column could hold it. Pure; used by both stores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from modelratchet.core.digests import PREFIX

_MODULUS = 2**256
_INTEGER_BITS = {"SmallInteger": 15, "SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}


class RowsDigest:
    """One digest of any number of rows, whatever their order: databases sort text differently, so none is relied on."""

    def __init__(self) -> None:
        """Begin with no row."""
        self._sum = 0

    def add(self, table: str, columns: Sequence[str], row: Sequence[object]) -> None:
        """Take a row; the order of its columns does not matter."""
        named = sorted(zip(columns, row, strict=True))
        text = json.dumps([table, [(name, _plain(value)) for name, value in named]], sort_keys=True)
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")) % _MODULUS

    @property
    def value(self) -> str:
        """The digest of what was taken so far."""
        return f"{PREFIX}{self._sum:064x}"


@dataclass(frozen=True)
class Column:
    """What a column may hold: its type's name, and how many characters; None for any number."""

    table: str
    name: str
    kind: str
    n_characters: int | None

    def fault(self, value: object) -> str | None:
        """Why PostgreSQL could not hold a value that SQLite holds, which checks neither length nor type; None where it could."""
        where = f"{self.table}.{self.name}"
        if isinstance(value, str):
            if "\0" in value:
                return f"{where} holds a text with a zero character: {_start(value)}"
            if self.n_characters is not None and len(value) > self.n_characters:
                return f"{where} holds {len(value)} characters where {self.n_characters} are allowed: {_start(value)}"
        bits = _INTEGER_BITS.get(self.kind)
        if bits is None or value is None:
            return None
        if not isinstance(value, int):
            return f"{where} holds {_start(str(value))} where a whole number belongs"
        return None if -(2**bits) <= value < 2**bits else f"{where} holds {value}, which is too large for it"


def faults_of(columns: Iterable[Column], row: Sequence[object]) -> list[str]:
    """All that a row has in it that could not be held."""
    found = (column.fault(value) for column, value in zip(columns, row, strict=True))
    return [fault for fault in found if fault is not None]


def _start(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _plain(value: object) -> Any:
    """A value as JSON can write it, equal for both databases' drivers. Floats are written in full."""
    if isinstance(value, (bytes, memoryview)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, (str, int, float, bool, list, dict)) or value is None:
        return value
    return {"text": str(value)}
