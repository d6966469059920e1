"""Refuses a large body that holds more values than any request may, before it is decoded. `table` puts this in front of each prediction route, `operations` in front of feedback.

To decode 16 MB of tiny values takes seconds, in which nobody else is answered, and half a gigabyte; to count them takes milliseconds. Whatever a
parser reads as JSON, JSON Lines or CSV is counted; other media types have no parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus

import numpy as np

from modelratchet.serving.batches import Batch
from modelratchet.serving.exchange import BINARY, JSON, PredictionRoute, Request
from modelratchet.serving.parsers.csv_rows import CSV
from modelratchet.serving.parsers.json_lines import MEDIA_TYPES as LINES
from modelratchet.serving.problems import Problem

_LARGE_BYTES = 262_144
_SPARE = 10_000
"""Values beside the rows: names, parameters, shapes."""

_COMMA, _QUOTE = ord(","), ord('"')
_CHUNK_BYTES = 1 << 20
_HEAD_LENGTH = b"inference-header-content-length"
_BEFORE_A_QUOTE = np.frombuffer(b',"\r\n', np.uint8)


def most_values(n_columns: int, maximum_rows: int) -> int:
    """What the rows of one request may hold, in any form: a cell a column, and one or two more where rows are numbered."""
    return maximum_rows * (n_columns + 2) + _SPARE


def guarded(route: PredictionRoute, maximum: int) -> PredictionRoute:
    """The same route behind the count."""
    return replace(route, read=_guarded(route.read, maximum))


def _guarded(read: Callable[[Request], Batch], maximum: int) -> Callable[[Request], Batch]:
    def counted(request: Request) -> Batch:
        if len(request.body) > _LARGE_BYTES:
            count = _COUNTS.get(request.media_type)
            if count is not None:
                _refuse_crowd(count(_text_of(request), maximum), maximum)
        return read(request)

    return counted


def _text_of(request: Request) -> bytes:
    """The body without the tensors that may stand in binary form behind it."""
    said = request.header(_HEAD_LENGTH)
    return request.body[: int(said)] if said.isascii() and said.isdigit() and len(said) < 12 else request.body


def refuse_crowded_json(body: bytes, maximum: int) -> None:
    """For a route that reads JSON and no rows.

    Raises:
        Problem: there are more values than that.
    """
    if len(body) > _LARGE_BYTES:
        _refuse_crowd(_in_json(body, maximum), maximum)


def _refuse_crowd(found: int, maximum: int) -> None:
    if found > maximum:
        detail = f"found more than {found:,} values, expected at most {maximum:,}; send them in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many-values", detail)


def _in_json(body: bytes, maximum: int) -> int:
    """Commas; and only where there are too many, those outside of texts."""
    found = body.count(b",")
    return found if found <= maximum else _commas_outside_texts(body)


def _in_lines(body: bytes, maximum: int) -> int:
    """As in JSON, where the end of a line parts values too: within a text it cannot stand."""
    return _in_json(body.replace(b"\n", b","), maximum)


def _in_csv(body: bytes, maximum: int) -> int:
    """As in JSON, but all commas where a quote stands in a field that did not begin with one: then it is not known which are within texts.

    Rows need no count here: the parser reads no more of them than are allowed.
    """
    found = body.count(b",")
    if found <= maximum or _has_stray_quote(body):
        return found
    return _outside_texts(body)


_COUNTS: Mapping[str, Callable[[bytes, int], int]] = {
    **dict.fromkeys((JSON, BINARY), _in_json),
    **dict.fromkeys(LINES, _in_lines),
    CSV: _in_csv,
}


def _commas_outside_texts(body: bytes) -> int:
    # without escaped backslashes and then escaped quotes, every quote that is left begins or ends a text
    return _outside_texts(body.replace(b"\\\\", b"").replace(b'\\"', b""))


def _outside_texts(body: bytes) -> int:
    return sum(int(np.count_nonzero((chunk == _COMMA) & (inside == 0))) for chunk, inside in _chunks(body))


def _has_stray_quote(body: bytes) -> bool:
    """Source: RFC 4180, section 2, rules 5 and 7: a quote begins a field, ends it, or stands beside another in it."""
    last = np.frombuffer(b"\n", np.uint8)
    for chunk, inside in _chunks(body):
        before = np.concatenate((last, chunk[:-1]))[(chunk == _QUOTE) & (inside == 1)]
        if not np.isin(before, _BEFORE_A_QUOTE).all():
            return True
        last = chunk[-1:]
    return False


def _chunks(body: bytes) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Parts of the body, each with 1 for what lies within quotes, the first of them included and the last not."""
    text, is_inside = np.frombuffer(body, np.uint8), np.uint8(0)
    for start in range(0, len(text), _CHUNK_BYTES):
        chunk = text[start : start + _CHUNK_BYTES]
        inside = np.bitwise_xor.accumulate((chunk == _QUOTE).view(np.uint8)) ^ is_inside
        yield chunk, inside
        is_inside = inside[-1]
