"""The numbers of one worker, as they are published to the others, and how they add up. No clock, no file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram's buckets, in seconds, included; one more bucket holds what is slower."""

Name = TypeVar("Name")


class RouteNumbers(msgspec.Struct):
    """What one route answered: requests by status, and by latency into `BOUNDS`; seconds and rows in all."""

    statuses: dict[int, int] = {}
    buckets: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    rows: int = 0


class Numbers(msgspec.Struct):
    """What only ever grows: errors by kind, values by column, labels, rows of the log."""

    routes: dict[str, RouteNumbers] = {}
    errors: dict[str, int] = {}
    out_of_range: dict[str, int] = {}
    unseen: dict[str, int] = {}
    shed: int = 0
    labels_accepted: int = 0
    labels_outside: int = 0
    log_written: int = 0
    log_dropped: int = 0


class LogCounts(msgspec.Struct, frozen=True):
    """Rows of a prediction log and of its feedback together, since the start; `waiting` now."""

    waiting: int = 0
    written: int = 0
    dropped: int = 0


class Gauges(msgspec.Struct):
    """What is so now; a worker that is gone has none of it."""

    in_progress: int = 0
    log_waiting: int = 0


def added(several: Iterable[Numbers]) -> Numbers:
    """The numbers of several workers together."""
    total = Numbers()
    for numbers in several:
        for route, counted in numbers.routes.items():
            _add_route(total.routes.setdefault(route, RouteNumbers()), counted)
        _add(total.errors, numbers.errors)
        _add(total.out_of_range, numbers.out_of_range)
        _add(total.unseen, numbers.unseen)
        total.shed += numbers.shed
        total.labels_accepted += numbers.labels_accepted
        total.labels_outside += numbers.labels_outside
        total.log_written += numbers.log_written
        total.log_dropped += numbers.log_dropped
    return total


def _add_route(total: RouteNumbers, numbers: RouteNumbers) -> None:
    _add(total.statuses, numbers.statuses)
    total.buckets = [one + other for one, other in zip(total.buckets, numbers.buckets, strict=True)]
    total.seconds += numbers.seconds
    total.rows += numbers.rows


def _add(total: dict[Name, int], counts: dict[Name, int]) -> None:
    for name, count in counts.items():
        total[name] = total.get(name, 0) + count
