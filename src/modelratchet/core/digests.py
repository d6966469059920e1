"""Digests and the one JSON form they are taken of.

Every digest in modelratchet is a lower-case hexadecimal SHA-256, written `sha256:<64 digits>`.
"""

from __future__ import annotations

import hashlib
import json

PREFIX = "sha256:"


def canonical_json(value: object) -> bytes:
    """Encode plain data so that equal values give equal bytes.

    Sorted keys, no spaces, UTF-8. NaN and infinities are refused: JSON has no form for them.

    >>> canonical_json({"b": 1, "a": [1.5, None]})
    b'{"a":[1.5,null],"b":1}'
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def digest_bytes(data: bytes) -> str:
    """Digest raw bytes.

    >>> digest_bytes(b"")[:14]
    'sha256:e3b0c44'
    """
    return PREFIX + hashlib.sha256(data).hexdigest()


def digest_value(value: object) -> str:
    """Digest plain data by its canonical JSON; equal values have equal digests."""
    return digest_bytes(canonical_json(value))
