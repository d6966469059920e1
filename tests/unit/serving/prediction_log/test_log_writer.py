"""Hours that are over become one file while rows go on coming; what fails is told, and tried again."""

from __future__ import annotations

import time
from pathlib import Path

from modelratchet.core.log_files import HOUR_NS
from modelratchet.serving.prediction_log.writer import LogWriter
from modelratchet.storage.log_stores import LocalStore
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.samples.logged import TEN_O_CLOCK_NS, TroubledStore, entry, give, recorded, recorder


class Clock:
    now_ns = TEN_O_CLOCK_NS

    def __call__(self) -> int:
        return self.now_ns


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.parquet"))


def test_an_hour_that_is_over_becomes_one_file_while_rows_go_on_coming(tmp_path: Path) -> None:
    clock, log = Clock(), recorder(LocalStore(tmp_path))
    writer = LogWriter((log,), 0.02, clock, lambda _: None)
    writer.start()
    for number in range(3):
        give(log, entry(f"r{number}"))
        wait_until(lambda written=number + 1: log.written_rows == written)
    clock.now_ns += HOUR_NS + 30 * 10**9
    time.sleep(0.2)
    assert len(files(tmp_path)) == 3  # answers of the last hour may still come

    clock.now_ns += 31 * 10**9
    wait_until(lambda: files(tmp_path) == ["w-000000_000002.parquet"])

    assert writer.close(PATIENCE_SECONDS)
    assert len(recorded(tmp_path)) == 3


def test_closing_writes_what_is_there_and_merges_this_hour(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    writer = LogWriter((log,), 60, Clock(), lambda _: None)
    writer.start()
    for number in range(2):
        give(log, entry(f"r{number}"))
        writer.hurry()
        wait_until(lambda written=number + 1: log.written_rows == written)
    give(log, entry("last"))

    assert writer.close(PATIENCE_SECONDS)

    assert files(tmp_path) == ["w-000000_000002.parquet"]


def test_a_store_that_fails_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    store, told = TroubledStore(tmp_path), []
    store.troubles = ["fails before", "fails after"]
    log = recorder(store)
    give(log, entry("a", 2))
    writer = LogWriter((log,), 0.02, Clock(), told.append)
    writer.start()

    wait_until(lambda: log.written_rows == 2)
    writer.close(PATIENCE_SECONDS)

    assert told[:2] == ["the store is down", "the store is down"]
    assert recorded(tmp_path) == [("a", 0), ("a", 1)]
