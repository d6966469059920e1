"""The page at `/metrics`, made anew at each scrape by prometheus_client; loaded with the first of them.

Source: Prometheus, "Metric and label naming"; OpenMetrics 1.0, chosen by the `Accept` header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from modelratchet.serving.metrics.numbers import BOUNDS, RouteNumbers
from modelratchet.serving.metrics.shared import Seen

PREFIX = "ratchet_serving_"


@dataclass(frozen=True)
class Build:
    """What is served: the model's name and version, how the rollout calls this copy, and the bundle's digest."""

    model: str
    version: str
    variant: str
    bundle: str


@dataclass(frozen=True)
class Page:
    """Text and the content type that it is written in."""

    body: bytes
    media_type: str


def page(seen: Seen, build: Build, accept: str = "") -> Page:
    """Write all numbers.

    Args:
        seen: of all workers.
        build: what they serve.
        accept: the header of the scrape; Prometheus' text format, unless OpenMetrics is asked for.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(seen, build))
    encode, media_type = choose_encoder(accept)
    body: bytes = encode(registry)
    return Page(body, media_type)


class _Numbers(Collector):
    def __init__(self, seen: Seen, build: Build) -> None:
        self._seen = seen
        self._build = build

    def collect(self) -> Iterator[Metric]:
        numbers = self._seen.numbers
        asked = {name: route for name, route in numbers.routes.items() if route.statuses}
        yield _requests(asked)
        yield _durations(asked, self._build.version)
        yield _counter(
            "rows", "Rows predicted.", "route", {name: route.rows for name, route in asked.items() if route.rows}
        )
        yield _counter("errors", "Answers that were problems, by kind.", "kind", numbers.errors)
        yield _counter("out_of_range_values", "Numbers outside what training saw.", "column", numbers.out_of_range)
        yield _counter("unseen_categories", "Categories that training never saw.", "column", numbers.unseen)
        labels = {"kept": numbers.labels_accepted, "outside_sample": numbers.labels_outside}
        yield _counter("feedback_labels", "Labels that came later.", "outcome", labels)
        yield _plain("shed_requests", "Requests turned away under overload.", numbers.shed)
        yield _plain("log_written_rows", "Rows in files of the prediction log.", numbers.log_written)
        yield _plain("log_dropped_rows", "Rows that the prediction log could not hold.", numbers.log_dropped)
        yield from self._gauges()
        yield InfoMetricFamily(f"{PREFIX}build", "What is served.", value=asdict(self._build))

    def _gauges(self) -> Iterator[Metric]:
        gauges = self._seen.gauges
        yield GaugeMetricFamily(f"{PREFIX}requests_in_progress", "Requests without an answer yet.", gauges.in_progress)
        yield GaugeMetricFamily(f"{PREFIX}log_waiting_rows", "Rows on their way to a file.", gauges.log_waiting)
        yield GaugeMetricFamily(f"{PREFIX}workers", "Processes that serve.", self._seen.workers)


def _requests(routes: Mapping[str, RouteNumbers]) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}requests", "Requests answered.", labels=("route", "status"))
    for name, route in routes.items():
        for status, count in sorted(route.statuses.items()):
            family.add_metric((name, str(status)), count)
    return family


def _durations(routes: Mapping[str, RouteNumbers], version: str) -> Metric:
    documentation = "From the request's head to its answer."
    family = HistogramMetricFamily(
        f"{PREFIX}request_duration_seconds", documentation, labels=("route", "version"), unit="seconds"
    )
    bounds = [*map(str, BOUNDS), "+Inf"]
    for name, route in routes.items():
        family.add_metric((name, version), list(zip(bounds, accumulate(route.buckets), strict=True)), route.seconds)
    return family


def _counter(name: str, documentation: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(PREFIX + name, documentation, labels=(label,))
    for value, count in sorted(counts.items()):
        family.add_metric((value,), count)
    return family


def _plain(name: str, documentation: str, count: int) -> Metric:
    return CounterMetricFamily(PREFIX + name, documentation, value=count)
