"""The meter's numbers, and the page that Prometheus reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from modelratchet.serving.metrics import LogCounts, Meter
from modelratchet.serving.metrics.numbers import BOUNDS
from modelratchet.serving.metrics.shared import Seen
from modelratchet.serving.metrics.text import Build, page

BUILD = Build("flights", "7", "main", "sha256:ab")
ROUTE = "/predict"


def busy_meter() -> Meter:
    meter = Meter([ROUTE, "/score"], lambda: LogCounts(waiting=3, written=20, dropped=4))
    for seconds in (0.00005, 0.001, 0.0011, 60.0):
        meter.answered(ROUTE, 200, seconds)
        meter.predicted(ROUTE, 2)
    meter.answered(ROUTE, 422, 0.002)
    meter.answered("/of/nobody", 404, 0.002)
    meter.refused("wrong-type")
    meter.unusual({"hour": 2}, {"carrier": 1})
    meter.unusual({"hour": 1}, {})
    meter.labelled(5, 1)
    meter.shed()
    meter.in_progress = 2
    return meter


def seen(meter: Meter) -> Seen:
    return Seen(meter.latest(), meter.gauges(), 1)


def samples(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, ...], float]:
    return samples(page(seen(busy_meter()), BUILD).body.decode())


EXPECTED = {
    ("requests_total", ROUTE, "200"): 4,
    ("requests_total", ROUTE, "422"): 1,
    ("requests_total", "other", "404"): 1,
    ("rows_total", ROUTE): 8,
    ("errors_total", "wrong-type"): 1,
    ("out_of_range_values_total", "hour"): 3,
    ("unseen_categories_total", "carrier"): 1,
    ("feedback_labels_total", "kept"): 5,
    ("feedback_labels_total", "outside_sample"): 1,
    ("shed_requests_total",): 1,
    ("log_written_rows_total",): 20,
    ("log_dropped_rows_total",): 4,
    ("log_waiting_rows",): 3,
    ("requests_in_progress",): 2,
    ("workers",): 1,
    ("request_duration_seconds_count", ROUTE, "7"): 5,
}


@pytest.mark.parametrize("key", list(EXPECTED), ids=" ".join)
def test_what_was_counted_is_on_the_page(found: dict[tuple[str, ...], float], key: tuple[str, ...]) -> None:
    name, *labels = key
    assert found[(f"ratchet_serving_{name}", *labels)] == EXPECTED[key]


def test_a_bound_belongs_to_its_bucket_and_what_is_slower_than_all_to_the_last(
    found: dict[tuple[str, ...], float],
) -> None:
    buckets = {key[1]: value for key, value in found.items() if key[0].endswith("_bucket") and ROUTE in key}

    assert [buckets[bound] for bound in ("0.0001", "0.001", "0.0025", "10.0", "+Inf")] == [1, 2, 4, 4, 5]
    assert found[("ratchet_serving_request_duration_seconds_sum", ROUTE, "7")] == pytest.approx(60.00415)


def test_a_route_that_nobody_asked_for_has_no_series(found: dict[tuple[str, ...], float]) -> None:
    assert not [key for key in found if "/score" in key]


def test_paths_that_callers_invent_make_one_series_only() -> None:
    meter = Meter([ROUTE])
    for number in range(100):
        meter.answered(f"/guess/{number}", 404, 0.001)

    keys = [
        key for key in samples(page(seen(meter), BUILD).body.decode()) if key[0] == "ratchet_serving_requests_total"
    ]
    assert keys == [("ratchet_serving_requests_total", "other", "404")]


def families(text: str) -> Iterator[tuple[str, str, str]]:
    for family in text_string_to_metric_families(text):
        yield family.name, family.type, family.documentation


def test_names_follow_the_conventions_of_prometheus() -> None:
    text = page(seen(busy_meter()), BUILD).body.decode()
    names = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)

    assert all(re.fullmatch(r"ratchet_serving_[a-z_]+", name) for name, _ in names)
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in names)
    assert not any(
        re.search(r"_(ms|milliseconds|microseconds|us|counter|gauge|histogram)(_|$)", name) for name, _ in names
    )
    assert len(names) == len(set(names))
    assert all(documentation.endswith(".") for _, _, documentation in families(text))


def test_openmetrics_is_written_for_those_who_ask() -> None:
    asked = page(seen(busy_meter()), BUILD, "application/openmetrics-text; version=1.0.0")

    assert asked.media_type.startswith("application/openmetrics-text")
    assert [family.name for family in parse_openmetrics(asked.body.decode())][-1] == "ratchet_serving_build"
    assert page(seen(busy_meter()), BUILD, "text/plain").media_type.startswith("text/plain; version=")


def test_there_are_as_many_buckets_as_bounds_and_one() -> None:
    assert len(Meter([ROUTE]).latest().routes[ROUTE].buckets) == len(BOUNDS) + 1
