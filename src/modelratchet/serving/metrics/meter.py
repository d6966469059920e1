"""Counts on the hot path: plain integers, under a microsecond a request.

Only the event loop's thread counts here. `latest` may be called from any thread: it makes no step in between that another could see.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from modelratchet.serving.metrics.numbers import BOUNDS, Gauges, LogCounts, Numbers, RouteNumbers

OTHER_ROUTE = "other"
NO_LOG = LogCounts()


class Meter:
    """The numbers of this worker."""

    def __init__(self, routes: Iterable[str] = (), log_counts: Callable[[], LogCounts] = lambda: NO_LOG) -> None:
        """Start at nothing.

        Args:
            routes: as `know` takes them.
            log_counts: of the prediction log, asked when numbers are read.
        """
        self._numbers = Numbers()
        self._routes = self._numbers.routes
        self.know([OTHER_ROUTE, *routes])
        self._other = self._routes[OTHER_ROUTE]
        self._log_counts = log_counts
        self._lock = Lock()
        self.in_progress = 0

    def know(self, routes: Iterable[str]) -> None:
        """Name the paths of our own table; whatever else is asked for is counted as `other`, so that no caller can make metrics without end."""
        for route in routes:
            self._routes.setdefault(route, RouteNumbers())

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request that got its answer.

        Args:
            route: the path; one that is not known is `other`.
            status: of the answer.
            seconds: from the request's head to the answer.
        """
        numbers = self._routes.get(route, self._other)
        statuses = numbers.statuses
        statuses[status] = statuses.get(status, 0) + 1
        numbers.buckets[bisect_left(BOUNDS, seconds)] += 1
        numbers.seconds += seconds

    def predicted(self, route: str, rows: int) -> None:
        """Count rows that were answered."""
        self._routes.get(route, self._other).rows += rows

    def refused(self, kind: str) -> None:
        """Count a problem by its kind; kinds come from our own code, never from a caller."""
        errors = self._numbers.errors
        errors[kind] = errors.get(kind, 0) + 1

    def shed(self) -> None:
        """Count a request that was turned away because there was too much to do."""
        self._numbers.shed += 1

    def unusual(self, out_of_range: Mapping[str, int], unseen: Mapping[str, int]) -> None:
        """Count values that training never saw, by column of the schema. A thread beside the event loop may call this one too."""
        with self._lock:
            for counts, found in ((self._numbers.out_of_range, out_of_range), (self._numbers.unseen, unseen)):
                for column, count in found.items():
                    counts[column] = counts.get(column, 0) + count

    def labelled(self, accepted: int, outside_sample: int) -> None:
        """Count labels of feedback."""
        self._numbers.labels_accepted += accepted
        self._numbers.labels_outside += outside_sample

    def latest(self) -> Numbers:
        """The numbers as they are; they go on growing."""
        counts = self._log_counts()
        self._numbers.log_written, self._numbers.log_dropped = counts.written, counts.dropped
        return self._numbers

    def gauges(self) -> Gauges:
        """What is so now."""
        return Gauges(self.in_progress, self._log_counts().waiting)
