"""Workers of one server add up, and no counter goes back when one of them dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest

from modelratchet.serving.metrics import Meter
from modelratchet.serving.metrics.shared import Published, SharedNumbers

ROUTE = "/predict"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def worker(folder: Path, name: str, answered: int, clock: Clock | None = None) -> tuple[Meter, SharedNumbers]:
    meter = Meter([ROUTE])
    for _ in range(answered):
        meter.answered(ROUTE, 200, 0.001)
    return meter, SharedNumbers(folder, name, meter, clock or Clock())


def requests(shared: SharedNumbers) -> int:
    return shared.see().numbers.routes[ROUTE].statuses.get(200, 0)


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def belongs_to(folder: Path, name: str, process: int) -> None:
    path = folder / f"worker-{name}.json"
    found = msgspec.json.decode(path.read_bytes(), type=Published)
    found.process = process
    path.write_bytes(msgspec.json.encode(found))


def test_a_scrape_at_any_worker_shows_all(tmp_path: Path) -> None:
    _, one = worker(tmp_path, "one", 3)
    _, other = worker(tmp_path, "other", 4)
    one.publish()
    other.publish()

    assert requests(one) == requests(other) == 7
    assert one.see().workers == 2


def test_what_was_shown_once_is_counted_after_the_worker_was_killed(tmp_path: Path) -> None:
    meter, killed = worker(tmp_path, "killed", 3)
    _, other = worker(tmp_path, "other", 0)
    other.publish()
    meter.answered(ROUTE, 200, 0.001)

    assert requests(killed) == 4
    assert requests(other) == 4


def test_a_silent_worker_keeps_its_counters_and_loses_its_gauges(tmp_path: Path) -> None:
    clock = Clock()
    meter, silent = worker(tmp_path, "silent", 3, clock)
    _, other = worker(tmp_path, "other", 1, clock)
    meter.in_progress = 5
    silent.publish()
    assert other.see().gauges.in_progress == 5

    clock.now += 6

    seen = other.see()
    assert (seen.gauges.in_progress, seen.workers, requests(other)) == (0, 1, 4)


def test_files_of_dead_workers_become_one_and_count_once(tmp_path: Path) -> None:
    process = dead_process()
    for number in range(3):
        _, dead = worker(tmp_path, f"dead{number}", 2)
        dead.publish()
        belongs_to(tmp_path, f"dead{number}", process)
    _, living = worker(tmp_path, "living", 1)
    living.publish()

    for _ in range(3):
        living.retire()
        assert requests(living) == 7

    assert sorted(path.name for path in tmp_path.glob("worker-*.json")) == ["worker-living.json"]


def test_a_dead_workers_file_that_could_not_be_removed_is_not_counted_again(tmp_path: Path) -> None:
    _, dead = worker(tmp_path, "dead", 2)
    dead.publish()
    belongs_to(tmp_path, "dead", dead_process())
    left = (tmp_path / "worker-dead.json").read_bytes()
    _, living = worker(tmp_path, "living", 1)
    living.retire()
    (tmp_path / "worker-dead.json").write_bytes(left)

    assert requests(living) == 3
    living.retire()
    assert requests(living) == 3


def test_counters_never_go_back_while_workers_are_added_up(tmp_path: Path) -> None:
    process = dead_process()
    _, living = worker(tmp_path, "living", 0)
    _, other = worker(tmp_path, "other", 0)
    stop = Event()

    def retire() -> None:
        while not stop.is_set():
            other.retire()

    thread = Thread(target=retire)
    thread.start()
    shown = [0]
    for number in range(40):
        _, dead = worker(tmp_path, f"dead{number}", 1)
        dead.publish()
        shown += [requests(living) for _ in range(3)]
        belongs_to(tmp_path, f"dead{number}", process)
        shown += [requests(living) for _ in range(3)]
    stop.set()
    thread.join()

    assert shown == sorted(shown)
    assert requests(living) == 40


def test_a_folder_that_cannot_be_written_leaves_the_worker_its_own_numbers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    _, shared = worker(tmp_path / "file", "one", 3)
    shared.start()

    assert requests(shared) == requests(shared) == 3
    assert len(caplog.records) == 1
    shared.close()
