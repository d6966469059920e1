"""Labels that come later, by request id: the body of `POST /feedback`.

    {"request_id": "a1", "labels": ["1", "0"]}                        one label a row, in the order of the rows; null leaves one out
    [{"request_id": "a1", "row": 1, "label": "0"}, …]                 any rows of any requests

The same label may be sent again: of several for one row the last counts, and it is the reader who says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus

import msgspec

from modelratchet.core.schema import Schema
from modelratchet.serving.parsers.records import refuse_twice
from modelratchet.serving.prediction_log.log import PredictionLog
from modelratchet.serving.prediction_log.steps import Label
from modelratchet.serving.problems import Problem, unreadable

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
Value = str | int | float | bool


class ManyLabels(msgspec.Struct, forbid_unknown_fields=True):
    """The labels of one request's rows."""

    request_id: str
    labels: list[Value | None]


class OneLabel(msgspec.Struct, forbid_unknown_fields=True):
    """The label of one row."""

    request_id: str
    label: Value
    row: int = 0


class Accepted(msgspec.Struct):
    """What the caller hears: labels that will be kept, and those of requests that the log's sample does not hold."""

    accepted: int
    outside_sample: int


class Feedback:
    """Takes labels for the prediction log."""

    def __init__(self, log: PredictionLog, schema: Schema, maximum_rows: int, clock_ns: Callable[[], int]) -> None:
        """Take the log, what labels may be, how many at once, and the clock that says when they came."""
        self._log = log
        self._classes = frozenset(schema.classes)
        self._maximum_rows = maximum_rows
        self._clock_ns = clock_ns
        self._decoder = msgspec.json.Decoder(ManyLabels | list[OneLabel])

    def accept(self, body: bytes) -> Accepted:
        """Check all labels, then keep all; none where one is wrong.

        Raises:
            Problem: not readable, an unknown class, a number that is not finite, too many, or no room: then the caller may send the same again.
        """
        now = self._clock_ns()
        labels = [self._label(place, item, now) for place, item in enumerate(self._items(body))]
        kept = [label for label in labels if self._log.in_sample(label.request_id)]
        for label in kept:
            if not self._log.offer_label(label):
                raise Problem(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "feedback-not-kept",
                    "too many labels wait to be written; send all again later",
                )
        return Accepted(len(kept), len(labels) - len(kept))

    def _items(self, body: bytes) -> list[OneLabel]:
        try:
            found = self._decoder.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise unreadable(error) from error
        refuse_twice(body)
        items = found if isinstance(found, list) else list(_spread(found))
        if not items:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-labels", "found no label, expected at least one")
        if len(items) > self._maximum_rows:
            detail = f"found {len(items):,} labels, expected at most {self._maximum_rows:,} at once"
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many-rows", detail)
        return items

    def _label(self, place: int, item: OneLabel, now: int) -> Label:
        if not REQUEST_ID.fullmatch(item.request_id):
            detail = f"found request id {item.request_id[:100]!r}, expected 1 to 64 of A-Z, a-z, 0-9, '.', '_', '-'"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-request-id", detail, row=place)
        if not 0 <= item.row < self._maximum_rows:
            detail = f"found row {item.row}, expected 0 to {self._maximum_rows - 1:,}"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-row", detail, row=place)
        return Label(1, now, item.request_id, item.row, self._value(place, item.label))

    def _value(self, place: int, label: Value) -> str | float:
        if not self._classes:
            number = _number(label)
            if not math.isfinite(number):
                detail = f"found {str(label)[:100]!r}, expected a number that a float can hold"
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-label", detail, row=place)
            return number
        # a class is text in the schema; a caller whose classes are numbers may send the number
        named = str(label)
        if named not in self._classes:
            detail = f"found {named[:100]!r}, expected one of {', '.join(sorted(self._classes)[:20])}"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown-label", detail, row=place)
        return named


def _number(label: Value) -> float:
    """NaN for what is none."""
    if isinstance(label, (str, bool)):
        return math.nan
    try:
        return float(label)
    except OverflowError:  # a whole number may have any number of digits
        return math.inf


def _spread(many: ManyLabels) -> Iterator[OneLabel]:
    for row, label in enumerate(many.labels):
        if label is not None:
            yield OneLabel(many.request_id, label, row)
