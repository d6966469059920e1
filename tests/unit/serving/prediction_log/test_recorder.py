"""No row is lost or doubled on its way to a file, whatever fails in between."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.log_files import LogFile, hour_of
from modelratchet.errors import StorageError
from modelratchet.serving.prediction_log.parts import Part, _runs
from modelratchet.serving.prediction_log.recorder import MANY_BATCHES
from modelratchet.serving.prediction_log.steps import step_of
from modelratchet.storage.log_stores import LocalStore
from tests.samples.logged import (
    TEN_O_CLOCK_NS,
    Killed,
    Span,
    TroubledStore,
    after_ten,
    entry,
    give,
    merge,
    recorded,
    recorder,
)

HOUR = hour_of(TEN_O_CLOCK_NS)
TROUBLES = st.lists(st.sampled_from(["", "fails before", "fails after", "killed before", "killed after"]), max_size=3)
WRITE = st.tuples(st.just("write"), st.integers(1, 5), st.sampled_from([0.0, 0.99, 1.0, 1.5]), TROUBLES)
MERGE = st.tuples(st.just("merge"), st.integers(0, 2), TROUBLES)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class History:
    """What one log went through: several workers, one after the other, each until it is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = TroubledStore(folder, self.check)
        self.workers = 0
        self.offered: dict[str, int] = {}
        self.certain: set[tuple[str, int]] = set()
        self._start()

    def do(self, step: tuple) -> None:
        *arguments, self.store.troubles = step[1:]
        with contextlib.suppress(StorageError):
            try:
                getattr(self, step[0])(*arguments)
            except Killed:
                self._start()
        self.check()

    def write(self, rows: int, hours: float) -> None:
        request_id = f"r{len(self.offered)}"
        self.offered[request_id] = rows
        self.uncertain.append(request_id)
        give(self.recorder, entry(request_id, rows, hours))
        self.recorder.flush()
        self.certain |= {(name, row) for name in self.uncertain for row in range(self.offered[name])}
        self.uncertain = []

    def merge(self, hours: int) -> None:
        merge(self.recorder, HOUR + hours)

    def check(self) -> None:
        found = recorded(self.folder)
        assert len(found) == len(set(found)), "doubled"
        assert self.certain <= set(found), "lost"
        assert set(found) <= {(name, row) for name, rows in self.offered.items() for row in range(rows)}

    def _start(self) -> None:
        self.recorder = recorder(self.store, f"w{self.workers}")
        self.workers += 1
        self.uncertain: list[str] = []


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(WRITE | MERGE, min_size=4, max_size=12))
def test_no_row_is_lost_or_doubled_at_any_moment_of_any_history(steps: list[tuple]) -> None:
    with TemporaryDirectory() as folder:
        history = History(Path(folder))
        for step in steps:
            history.do(step)
        history.do(("write", 1, 0.0, []))
        history.do(("merge", 9, []))

        assert history.uncertain == []


def test_parts_of_an_hour_that_ended_become_one_file(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    for number in range(3):
        give(log, entry(f"r{number}", 2))
        log.flush()
    give(log, entry("r3", hours=1.0))
    log.flush()

    merge(log, HOUR + 1)

    assert names(tmp_path) == [
        "date=2026-11-24/hour=10/w-000000_000002.parquet",
        "date=2026-11-24/hour=11/w-000003.parquet",
    ]
    assert len(recorded(tmp_path)) == 7


@pytest.mark.parametrize(
    ("megabytes", "together"),
    [([3, 3, 3, 3], [[0, 1], [2, 3]]), ([9, 1, 1], [[1, 2]]), ([1, 9, 1], []), ([8], []), ([1] * 9, [list(range(8))])],
)
def test_parts_are_merged_up_to_a_size_that_memory_can_hold(megabytes: list[int], together: list[list[int]]) -> None:
    written = [Part(LogFile("w", number, number), size << 20) for number, size in enumerate(megabytes)]

    assert [[part.file.first for part in run] for run in _runs(written)] == together


def test_what_a_killed_worker_left_superseded_is_removed_by_the_next(tmp_path: Path) -> None:
    store = TroubledStore(tmp_path)
    killed = recorder(store, "a")
    for number in range(2):
        give(killed, entry(f"r{number}"))
        killed.flush()
    store.troubles = ["killed after"]
    with pytest.raises(Killed):
        merge(killed, HOUR + 1)
    assert len(names(tmp_path)) == 3

    following = recorder(store, "b")
    give(following, entry("r2"))
    following.flush()
    merge(following, HOUR + 1)

    assert [Path(name).name for name in names(tmp_path)] == ["a-000000_000001.parquet", "b-000000.parquet"]


def test_rows_before_and_after_the_hour_lie_in_folders_of_their_own_and_are_found_by_time(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    for hours in (0.5, 1.0, 0.999, 1.25):
        give(log, entry(f"at{hours}", hours=hours))
    log.flush()

    assert [name.split("/")[1] for name in names(tmp_path)] == ["hour=10", "hour=11"]
    assert [name for name, _ in recorded(tmp_path, Span(after_ten(0.6), after_ten(1.25)))] == ["at0.999", "at1.0"]


def test_a_step_that_no_column_can_hold_does_not_take_others_with_it(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    give(log, entry("before"))
    log.take(step_of([entry("broken")])._replace(numeric=b"no numbers"), 1)
    give(log, entry("after"))

    log.flush()

    assert [name for name, _ in recorded(tmp_path)] == ["after", "before"]
    assert (log.spoiled_rows, log.written_rows) == (1, 2)


def test_a_step_may_hold_rows_of_several_hours(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    give(log, entry("a", 2), entry("b", 3, hours=1.0), entry("c", 1, hours=0.5))

    log.flush()

    assert [name.split("/")[1] for name in names(tmp_path)] == ["hour=10", "hour=11"]
    assert recorded(tmp_path) == [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("b", 2), ("c", 0)]


def test_columns_of_many_small_requests_take_little_memory_while_the_store_is_down(tmp_path: Path) -> None:
    log = recorder(TroubledStore(tmp_path))
    for number in range(MANY_BATCHES * 4):
        give(log, entry(f"r{number}"))

    assert max(len(batches) for batches in log._open.values()) <= MANY_BATCHES
    log.flush()
    assert len(recorded(tmp_path)) == MANY_BATCHES * 4
