"""Refuses a large body that holds more values than any request may, before it is decoded. `table` puts this in front of each prediction route.

To decode 16 MB of tiny values takes seconds, in which nobody else is answered, and half a gigabyte; to count them takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

import numpy as np

from modelratchet.serving.batches import Batch
from modelratchet.serving.exchange import JSON, PredictionRoute, Request
from modelratchet.serving.problems import Problem

_LARGE_BYTES = 262_144
_SPARE = 10_000
"""Values beside the rows: names, parameters, shapes."""

_COMMA, _QUOTE = ord(","), ord('"')
_CHUNK_BYTES = 1 << 20
_HEAD_LENGTH = b"inference-header-content-length"


def most_values(n_columns: int, maximum_rows: int) -> int:
    """What the rows of one request may hold, in any form: a cell a column, and one or two more where rows are numbered."""
    return maximum_rows * (n_columns + 2) + _SPARE


def guarded(route: PredictionRoute, maximum: int) -> PredictionRoute:
    """The same route behind the count."""
    return replace(route, read=_guarded(route.read, maximum))


def _guarded(read: Callable[[Request], Batch], maximum: int) -> Callable[[Request], Batch]:
    def counted(request: Request) -> Batch:
        if len(request.body) > _LARGE_BYTES and JSON in request.media_type:
            _refuse_crowd(_text_of(request), maximum)
        return read(request)

    return counted


def _text_of(request: Request) -> bytes:
    """The body without the tensors that may stand in binary form behind it."""
    said = request.header(_HEAD_LENGTH)
    return request.body[: int(said)] if said.isascii() and said.isdigit() and len(said) < 12 else request.body


def _refuse_crowd(body: bytes, maximum: int) -> None:
    """Count commas; and only where there are too many, those outside of texts."""
    if body.count(b",") <= maximum:
        return
    found = _commas_outside_texts(body)
    if found > maximum:
        detail = f"found more than {found:,} values, expected at most {maximum:,}; send the rows in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many-values", detail)


def _commas_outside_texts(body: bytes) -> int:
    # without escaped backslashes and then escaped quotes, every quote that is left begins or ends a text
    text = np.frombuffer(body.replace(b"\\\\", b"").replace(b'\\"', b""), np.uint8)
    found, is_inside = 0, np.uint8(0)
    for start in range(0, len(text), _CHUNK_BYTES):
        chunk = text[start : start + _CHUNK_BYTES]
        inside = np.bitwise_xor.accumulate((chunk == _QUOTE).view(np.uint8)) ^ is_inside
        found += int(np.count_nonzero((chunk == _COMMA) & (inside == 0)))
        is_inside = inside[-1]
    return found
