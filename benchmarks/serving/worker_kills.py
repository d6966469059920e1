"""What callers notice of workers that die: `python -m benchmarks.serving.worker_kills` (a minute, and the start).

Several workers share a port under load, and every five seconds one of them, drawn at random, is killed with SIGKILL. An error is a request whose
connection broke, or that got another answer than 200; callers connect anew. Exits 1 at 0.1 % or more.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.serving.checking import check_answers, questions
from benchmarks.serving.flights import flights
from benchmarks.serving.generator import Order, Outcome, generate
from benchmarks.serving.processes import Running, post, started, wait_for_answer
from benchmarks.serving.servers import ours
from benchmarks.serving.tables import table
from benchmarks.serving.wires import ROWS

WORK = Path(".ratchet/benchmarks/serving/work")
WANTED_SHARE = 0.001


class Killer:
    """Kills a worker now and then, in a thread, until it is told to stop."""

    def __init__(self, running: Running, every_seconds: float, seed: int) -> None:
        """Nothing is killed yet."""
        self._running, self._every_seconds, self._random = running, every_seconds, random.Random(seed)
        self._stop = threading.Event()
        self.killed: list[int] = []

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Kill while the block runs."""
        thread = threading.Thread(target=self._kill)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _kill(self) -> None:
        while not self._stop.wait(self._every_seconds):
            workers = workers_of(self._running)
            if len(workers) > 1:
                self.killed.append(self._random.choice(workers))
                os.kill(self.killed[-1], signal.SIGKILL)


def workers_of(running: Running) -> list[int]:
    """The processes that answer; multiprocessing's own helper is none of them."""
    return [pid for pid in running.members()[1:] if b"spawn_main" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _report(outcome: Outcome, seconds: float, killed: int) -> tuple[str, bool]:
    errors, good = outcome.broken + outcome.other, outcome.good_per_second * seconds
    share = errors / max(errors + good, 1)
    values = (
        f"{killed}",
        f"{good:,.0f}",
        f"{errors}",
        f"{share:.4%}",
        f"< {WANTED_SHARE:.1%}",
        f"{outcome.good_p99_ms:.1f}",
    )
    is_reached = killed > 0 and good > 0 and share < WANTED_SHARE
    header = ("workers killed", "right answers", "errors", "share", "wanted", "p99 ms", "")
    return table(header, [(*values, "pass" if is_reached else "**short**")]), is_reached


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.worker_kills", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long it is loaded")
    parser.add_argument("--every", type=float, default=5, help="seconds between kills")
    parser.add_argument("--workers", type=int, default=2, help="how many share the port")
    parser.add_argument("--connections", type=int, default=8, help="how many callers")
    options = parser.parse_args(arguments)
    asked, work = flights(), WORK.absolute()
    server = ours(asked.folder, work, RATCHET_WORKERS=str(options.workers))
    asks = questions(asked, ROWS, 1, 50)
    with started(server.launch, work / "logs") as running:
        wait_for_answer(running, ROWS.path, asks[0].body)
        while len(workers_of(running)) < options.workers:
            time.sleep(0.1)
        bodies = [question.body.decode() for question in asks]
        killer = Killer(running, options.every, seed=1)
        with killer.at_work():
            outcome = generate(Order(running.port, ROWS.path, bodies, options.connections, 0.0, options.seconds))
        check_answers(server.name, asked, ROWS, partial(post, running.port), asks)
    text, is_reached = _report(outcome, options.seconds, len(killer.killed))
    print(text)
    return int(not is_reached)


if __name__ == "__main__":
    sys.exit(main())
