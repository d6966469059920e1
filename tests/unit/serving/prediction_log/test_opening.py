"""A log is opened with settings that make sense, or not at all; its threads write what was offered."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from modelratchet.core.log_files import HOUR_NS
from modelratchet.errors import ConfigError, StorageError
from modelratchet.serving.prediction_log import PredictionLog, ServedModel, open_log
from modelratchet.serving.settings import LogSettings
from tests.samples.logged import SCHEMA, TEN_O_CLOCK_NS, entry, recorded

MODEL = ServedModel(SCHEMA, "3", "champion", "sha256:1")


class Clock:
    now_ns = TEN_O_CLOCK_NS

    def __call__(self) -> int:
        return self.now_ns


def open_sample(folder: object, clock: Clock | None = None, **settings: Any) -> PredictionLog:
    return open_log(str(folder), LogSettings(**settings), MODEL, "host_1/é-ab", clock or Clock())


def offer(log: PredictionLog, request_id: str, rows: int = 1) -> None:
    _, time_ns, _, batch, answer, latency_us = entry(request_id, rows)
    log.offer(request_id, time_ns, batch, answer, latency_us)


def wait_until(is_so: Any) -> None:
    for _ in range(1000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("not within 10 s")


def test_what_was_offered_is_in_one_file_after_closing(tmp_path: Path) -> None:
    log = open_sample(tmp_path, flush_seconds=0.05)
    log.start()
    for number in range(5):
        offer(log, f"r{number}", 3)
        written = 3 * (number + 1)
        wait_until(lambda written=written: log.counts().written == written)

    assert log.close(30)

    (path,) = tmp_path.rglob("*.parquet")
    assert path.name == "host1-ab-000000_000004.parquet"
    assert len(recorded(tmp_path)) == 15


def test_an_hour_that_is_over_becomes_one_file_while_the_server_goes_on(tmp_path: Path) -> None:
    clock = Clock()
    log = open_sample(tmp_path, clock, flush_seconds=0.05)
    log.start()
    for number in range(3):
        offer(log, f"r{number}")
        wait_until(lambda written=number + 1: log.counts().written == written)
    clock.now_ns += HOUR_NS + 30 * 10**9
    time.sleep(0.3)
    assert len(list(tmp_path.rglob("*.parquet"))) == 3  # answers of the last hour may still come

    clock.now_ns += 31 * 10**9
    wait_until(lambda: [path.name for path in tmp_path.rglob("*.parquet")] == ["host1-ab-000000_000002.parquet"])

    assert len(recorded(tmp_path)) == 3
    log.close(30)


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    log = open_sample(tmp_path)
    log.start()
    offer(log, "a")
    log.close(30)

    (path,) = tmp_path.rglob("*.parquet")
    facts = {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}
    assert {key: facts[key] for key in ("format", "format_version", "model", "bundle")} == {
        "format": "modelratchet/prediction-log", "format_version": "1", "model": "flights", "bundle": "sha256:1",
    }  # fmt: skip


def test_a_redacted_feature_is_nowhere_in_the_file(tmp_path: Path) -> None:
    log = open_sample(tmp_path, redact=("carrier",))
    log.start()
    offer(log, "a", 2)
    log.close(30)

    (path,) = tmp_path.rglob("*.parquet")
    assert "feature.carrier" not in pq.read_schema(path).names
    assert "feature.hour" in pq.read_schema(path).names
    assert not {"AA", "UA"} & {value for column in pq.read_table(path).columns for value in column.to_pylist()}


def test_requests_outside_the_sample_are_not_remembered_and_no_drops(tmp_path: Path) -> None:
    log = open_sample(tmp_path, share=0.0)
    offer(log, "a")

    assert log.counts().waiting == log.counts().dropped == 0


def test_rows_beyond_the_queue_are_dropped_counted_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = open_sample(tmp_path, queue_rows=10, flush_seconds=0.05)
    for number in range(5):
        offer(log, f"r{number}", 4)
    with caplog.at_level(logging.WARNING):
        log.start()
        wait_until(lambda: caplog.records)
        log.close(30)

    assert (log.counts().dropped, len(recorded(tmp_path))) == (12, 8)
    assert "12 were dropped" in caplog.text


def test_a_folder_that_cannot_be_written_costs_rows_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    log = open_sample(tmp_path / "log", flush_seconds=0.02, queue_rows=10)
    log.start()
    with caplog.at_level(logging.WARNING):
        for number in range(20):
            offer(log, f"r{number}")
        wait_until(lambda: caplog.records)
        time.sleep(0.2)
        assert len(caplog.records) == 1  # said once a minute
        (tmp_path / "log").unlink()
        wait_until(lambda: log.counts().waiting == 0)
    log.close(30)

    assert (len(recorded(tmp_path / "log")), log.counts().dropped) == (10, 10)


def test_settings_that_make_no_sense_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        open_sample(tmp_path, redact=("passport",), share=1.5, flush_seconds=0, queue_rows=0)

    assert len(raised.value.faults) == 4
    assert "'passport'" in raised.value.faults[0]


def test_a_store_of_an_unknown_kind_is_refused_at_the_start() -> None:
    with pytest.raises(StorageError, match="nowhere"):
        open_sample("nowhere://bucket/log")
