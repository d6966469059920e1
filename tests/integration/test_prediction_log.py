"""Real servers that remember: killed under load, ended, on a full disk, on an object store that goes down."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.chaos.disk import small_disk
from modelratchet.adapters.pyarrow_prediction_log import read_feedback, read_log
from modelratchet.serving.settings import LogSettings
from tests.object_store import Objects, objects
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.samples.logged import EVER, recorded
from tests.samples.serving_processes import BODY, CONNECTIONS, Load, Process, deployed, served

pytestmark = pytest.mark.integration
FLUSH_SECONDS = 0.2
WRITTEN, DROPPED = "ratchet_serving_log_written_rows_total", "ratchet_serving_log_dropped_rows_total"
QUICK = LogSettings(flush_seconds=FLUSH_SECONDS)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def rows_of(ids: list[str]) -> set[tuple[str, int]]:
    return {(request_id, row) for request_id in ids for row in (0, 1)}


def test_after_kill_9_under_load_all_but_the_last_moments_can_be_read_and_nothing_twice(tmp_path: Path) -> None:
    bundle, log = deployed(tmp_path, QUICK), tmp_path / "log"
    old: list[str] = []
    for round_number in range(3):
        with served(bundle, RATCHET_LOG_FOLDER=str(log)) as server, Load(server, f"k{round_number}").running() as load:
            wait_until(lambda load=load: len(load.answered) > 100)
            before = list(load.answered)
            # rows are written in the order of their answers, and what each caller waits for may have come before these
            rows = 2 * (len(before) + CONNECTIONS)
            wait_until(lambda server=server, rows=rows: server.metric(WRITTEN) >= rows)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
        old += before

    found = recorded(log)
    assert len(found) == len(set(found))
    assert rows_of(old) <= set(found)


def test_sigterm_under_load_loses_no_answered_request(tmp_path: Path) -> None:
    bundle, log = deployed(tmp_path, LogSettings(flush_seconds=60)), tmp_path / "log"
    with served(bundle, RATCHET_LOG_FOLDER=str(log)) as server, Load(server, "t").running() as load:
        wait_until(lambda: len(load.answered) > 100)
        server.await_log()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)

    found = recorded(log)
    assert rows_of(load.answered) <= set(found)
    assert len(found) == len(set(found))


def of_the_disk(server: Process) -> list[str]:
    return [line["message"] for line in server.lines() if "No space left" in line["message"]]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    try:
        with small_disk(4 << 20) as disk:
            yield disk
    except PermissionError as error:
        pytest.skip(f"no small disk can be mounted: {error}")


def fill(ballast: Path) -> None:
    """Take what room there is, while somebody else writes there."""
    with ballast.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(1 << 12))


def test_on_a_full_disk_predictions_go_on_drops_are_counted_and_said_and_it_recovers(
    tmp_path: Path, full_disk: Path
) -> None:
    bundle = deployed(tmp_path, LogSettings(flush_seconds=FLUSH_SECONDS, queue_rows=200))
    ballast = full_disk / "ballast"
    with served(bundle, RATCHET_LOG_FOLDER=str(full_disk / "log")) as server, Load(server, "d").running(2) as load:
        wait_until(lambda: server.metric(WRITTEN) > 0)
        fill(ballast)
        wait_until(lambda: server.metric(DROPPED) > 500)
        # on a busy machine rows are dropped for want of time, too, and before the disk is found full
        wait_until(lambda: len(of_the_disk(server)) > 0)
        before = server.metric(WRITTEN)
        ballast.unlink()
        wait_until(lambda: server.metric(WRITTEN) > before + 500)
        said = of_the_disk(server)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE_SECONDS)

    assert load.statuses == {200}
    assert len(said) == 1
    assert [path.name for path in (full_disk / "log").rglob(".*")] == []
    found = recorded(full_disk / "log")
    assert len(found) == len(set(found))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    with objects() as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        made.bucket("log")
        yield made


def test_an_object_store_holds_predictions_and_feedback_merged_at_the_end(tmp_path: Path, store: Objects) -> None:
    bundle, url = deployed(tmp_path, QUICK), "s3://log/flights"
    with served(bundle, RATCHET_LOG_FOLDER=url) as server, Load(server, "s").running(2) as load:
        wait_until(lambda: server.metric(WRITTEN) > 200)
        assert server.ask("POST", "/feedback", b'{"request_id": "s-0-1", "labels": ["1", "0"]}')[0] == 202
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE_SECONDS)

    found = [
        pair
        for table in read_log(url, EVER)
        for pair in zip(*(table[name].to_pylist() for name in ("request_id", "row")), strict=True)
    ]
    assert rows_of(load.answered) == set(found)
    assert len(found) == len(set(found))
    assert sorted(read_feedback(url, EVER)["label"].to_pylist()) == ["0", "1"]


def test_an_object_store_that_is_down_costs_rows_and_no_prediction_and_is_used_again(
    tmp_path: Path, store: Objects
) -> None:
    bundle = deployed(tmp_path, LogSettings(flush_seconds=FLUSH_SECONDS, queue_rows=200))
    with served(bundle, RATCHET_LOG_FOLDER="s3://log/down") as server, Load(server, "o").running(2) as load:
        wait_until(lambda: server.metric(WRITTEN) > 0)
        store.stop()
        wait_until(lambda: server.metric(DROPPED) > 500)
        store.start()
        store.bucket("log")
        before = server.metric(WRITTEN)
        wait_until(lambda: server.metric(WRITTEN) > before + 200)

    assert load.statuses == {200}


def test_a_trace_is_continued_and_named_in_the_access_log(tmp_path: Path) -> None:
    bundle = deployed(tmp_path, QUICK)
    told = {"RATCHET_TRACING": "1", "OTEL_TRACES_EXPORTER": "console", "RATCHET_ACCESS_LOG": "1"}
    with served(bundle, **told) as server:
        server.ask("POST", "/predict", BODY, {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
        wait_until(lambda: f'"trace_id": "0x{TRACE}"' in server.output.read_text())
        (line,) = [line for line in server.lines() if line.get("path") == "/predict"]

    assert (line["trace_id"], line["status"], line["message"]) == (TRACE, 200, "answered")


def test_counters_of_workers_that_share_a_folder_add_up_and_outlive_a_kill(tmp_path: Path) -> None:
    bundle, runtime = deployed(tmp_path, QUICK), str(tmp_path / "runtime")
    name = "ratchet_serving_rows_total"
    with served(bundle, RATCHET_RUNTIME_DIR=runtime) as one, served(bundle, RATCHET_RUNTIME_DIR=runtime) as other:
        for server in (one, one, other):
            assert server.ask("POST", "/predict", BODY)[0] == 200
        wait_until(lambda: one.metric(name) == other.metric(name) == 6)
        one.process.kill()
        one.process.wait()

        assert other.metric(name) == 6
        wait_until(lambda: other.metric("ratchet_serving_workers") == 1)


def test_two_workers_of_one_server_count_together_and_lose_nothing_at_its_end(tmp_path: Path) -> None:
    bundle, log = deployed(tmp_path, LogSettings(flush_seconds=60)), tmp_path / "log"
    told = {"RATCHET_WORKERS": "2", "RATCHET_LOG_FOLDER": str(log)}
    with served(bundle, **told) as server:
        wait_until(lambda: server.metric("ratchet_serving_workers") == 2)
        with Load(server, "w").running(8) as load:
            wait_until(lambda: len(load.answered) > 100)
        server.await_log(2)
        wait_until(lambda: server.metric("ratchet_serving_rows_total") == 2 * len(load.answered))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0

    assert set(recorded(log)) == rows_of(load.answered)
