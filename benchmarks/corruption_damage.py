"""Ways to damage files, drawn by a seeded generator. Used by `benchmarks.corruption`; each really changes bytes, or takes the file away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

Rewrite = Callable[[Any], bytes]


def readable(document: Any) -> bytes:
    """The form of reports and manifests."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def compact(document: Any) -> bytes:
    """The form of signatures."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def canonical(document: Any) -> bytes:
    """The form of certificates."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode() + b"\n"


def flipped(data: bytes, random: np.random.Generator) -> bytes:
    """One bit is another."""
    place, bit = int(random.integers(len(data))), int(random.integers(8))
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def cut(data: bytes, random: np.random.Generator) -> bytes:
    """The end is missing."""
    return data[: int(random.integers(len(data)))]


def lengthened(data: bytes, random: np.random.Generator) -> bytes:
    """Bytes were appended, often such as a parser overlooks."""
    more = b" \n" if random.random() < 0.5 else random.bytes(int(random.integers(1, 64)))
    return data + more[: int(random.integers(1, len(more) + 1))]


def edited(data: bytes, random: np.random.Generator, rewrite: Rewrite) -> bytes:
    """One value of a JSON document is another, and the document is written as its owner would."""
    document = json.loads(data)
    places = list(_leaves(document, ()))
    path = places[int(random.integers(len(places)))]
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = _other(holder[path[-1]], random)
    return rewrite(document)


def _leaves(value: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        return [path]
    return [leaf for key, item in items for leaf in _leaves(item, (*path, key))]


def _other(value: Any, random: np.random.Generator) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + int(random.integers(1, 10))
    if isinstance(value, str) and value:
        place = int(random.integers(len(value)))
        return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]
    return "other" if value is None or value == "" else None
