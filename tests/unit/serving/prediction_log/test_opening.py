"""A log is opened with settings that make sense, or not at all; its threads write what was offered."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from modelratchet.errors import ConfigError
from modelratchet.serving.prediction_log import PredictionLog, ServedModel, courier, open_log, process
from modelratchet.serving.prediction_log.pipe import PREDICTIONS
from modelratchet.serving.prediction_log.process import KeeperProcess
from modelratchet.serving.prediction_log.steps import step_of
from modelratchet.serving.settings import LogSettings
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.samples.logged import SCHEMA, entry, recorded

MODEL = ServedModel(SCHEMA, "3", "champion", "sha256:1")


def open_sample(folder: object, **settings: Any) -> PredictionLog:
    return open_log(str(folder), LogSettings(**settings), MODEL, "host_1/é-ab")


def offer(log: PredictionLog, request_id: str, rows: int = 1) -> None:
    _, time_ns, _, batch, answer, latency_us = entry(request_id, rows)
    log.offer(request_id, time_ns, batch, answer, latency_us)


def test_what_was_offered_is_in_files_of_this_worker_after_closing(tmp_path: Path) -> None:
    log = open_sample(tmp_path, flush_seconds=0.05)
    log.start()
    for number in range(5):
        offer(log, f"r{number}", 3)
        written = 3 * (number + 1)
        wait_until(lambda written=written: log.counts().written == written)

    assert log.close(PATIENCE_SECONDS)

    assert {path.name.rpartition("-")[0] for path in tmp_path.rglob("*.parquet")} == {"host1-ab"}
    assert len(recorded(tmp_path)) == 15


def test_a_process_that_was_killed_costs_what_it_held_is_told_and_is_started_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = open_sample(tmp_path, flush_seconds=60)
    log.start()
    offer(log, "lost", 2)
    wait_until(lambda: log.waiting.taken == 2)
    killed = log._courier._keeper
    killed._process.kill()
    wait_until(lambda: log._courier._keeper not in (None, killed))
    offer(log, "kept", 3)

    assert log.close(PATIENCE_SECONDS)

    assert {name for name, _ in recorded(tmp_path)} == {"kept"}
    assert (log.counts().dropped, log.counts().written) == (2, 3)
    assert "up to 2 rows are lost" in caplog.text


def test_a_process_that_ends_again_and_again_is_started_ever_more_rarely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.sys, "executable", "/bin/false")
    monkeypatch.setattr(courier, "RESTART_SECONDS", 0.05)
    monkeypatch.setattr(courier, "PAUSE_SECONDS", 0.01)
    log = open_sample(tmp_path, queue_rows=10)
    began = time.monotonic()
    log.start()
    wait_until(lambda: log._courier._starts >= 5)
    seconds = time.monotonic() - began
    offer(log, "a", 4)
    log.close(1)

    assert seconds > 0.05 + 0.1 + 0.2 + 0.4


def test_what_was_sent_is_written_when_the_worker_is_gone(tmp_path: Path) -> None:
    log = open_sample(tmp_path, flush_seconds=60)
    keeper = KeeperProcess(log._courier._opening)
    keeper.send(PREDICTIONS, tuple(step_of([entry("sent", 2)])))

    keeper._process.stdin.close()  # as the kernel does for who was killed

    assert keeper._process.wait(PATIENCE_SECONDS) == 0
    assert recorded(tmp_path) == [("sent", 0), ("sent", 1)]


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    log = open_sample(tmp_path)
    log.start()
    offer(log, "a")
    log.close(PATIENCE_SECONDS)

    (path,) = tmp_path.rglob("*.parquet")
    facts = {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}
    assert {key: facts[key] for key in ("format", "format_version", "model", "bundle")} == {
        "format": "modelratchet/prediction-log", "format_version": "1", "model": "flights", "bundle": "sha256:1",
    }  # fmt: skip


def test_a_redacted_feature_is_nowhere_in_the_file(tmp_path: Path) -> None:
    log = open_sample(tmp_path, redact=("carrier",))
    log.start()
    offer(log, "a", 2)
    log.close(PATIENCE_SECONDS)

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
        log.close(PATIENCE_SECONDS)

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
        wait_until(lambda: "could not be written" in caplog.text)
        time.sleep(0.2)
        assert caplog.text.count("could not be written") == 1  # said once a minute
        (tmp_path / "log").unlink()
        wait_until(lambda: log.counts().waiting == 0)
    log.close(PATIENCE_SECONDS)

    assert (len(recorded(tmp_path / "log")), log.counts().dropped) == (10, 10)


def test_settings_that_make_no_sense_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        open_sample(tmp_path, redact=("passport",), share=1.5, flush_seconds=0, queue_rows=0)

    assert len(raised.value.faults) == 4
    assert "'passport'" in raised.value.faults[0]


def test_a_store_of_an_unknown_kind_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        open_sample("nowhere://bucket/log")
