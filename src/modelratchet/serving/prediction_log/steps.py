"""Requests on their way to the process that keeps the log: some entries as plain tuples, texts and bytes.

The event loop waits while this works, for it holds the interpreter's lock: so columns are made on the other side, and here arrays are only copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np

from modelratchet.serving.batches import Answer, Batch

Entry: TypeAlias = tuple[int, int, str, Batch, Answer, int]
"""One request: its rows, the time in nanoseconds since 1970, its id, what was asked and answered, and microseconds that it took.

A bare tuple, since one is made for every request: a named one takes six times as long. The arrays are the request's own, and nobody changes them.
"""


class Label(NamedTuple):
    """What turned out to be right for one row of a request: a class's name, or a number for regression. It begins as an `Entry` does."""

    rows: int
    time_ns: int
    request_id: str
    row: int
    value: str | float


class Step(NamedTuple):
    """Some entries: four values for each, and the arrays of all one behind the other, as C has them; empty where the model has none."""

    counts: tuple[int, ...]
    times_ns: tuple[int, ...]
    request_ids: tuple[str, ...]
    latencies_us: tuple[int, ...]
    numeric: bytes
    categorical: list[str]
    labels: bytes
    probabilities: bytes
    predictions: bytes


def step_of(entries: Sequence[Entry]) -> Step:
    """Put entries together; at least one, all of one model."""
    counts, times, request_ids, batches, answers, latencies = zip(*entries, strict=True)
    texts = [batch.categorical.ravel().tolist() for batch in batches if batch.categorical is not None]
    return Step(
        counts,
        times,
        request_ids,
        latencies,
        _joined([batch.numeric for batch in batches]),
        list(chain.from_iterable(texts)),
        _joined([answer.labels for answer in answers]),
        _joined([answer.probabilities for answer in answers]),
        _joined([answer.predictions for answer in answers]),
    )


def _joined(arrays: Sequence[np.ndarray | None]) -> bytes:
    return b"".join([array for array in arrays if array is not None])  # type: ignore[misc]
