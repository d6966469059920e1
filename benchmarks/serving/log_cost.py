"""What the prediction log and the metrics cost: `python -m benchmarks.serving.log_cost` (a minute on one core; the model of `benchmarks.serving`).

Processor time, not the clock's, so that other work on the machine does not count: on the event loop's thread for each request and each row, in
the process that keeps the log for each row. Memory is what that process grows by while the store is down and the queue is full.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from arro3.core import RecordBatch

from benchmarks.serving.flights import flights
from modelratchet.core.log_files import PREDICTIONS_FORMAT, format_facts
from modelratchet.errors import StorageError
from modelratchet.serving.entry import predictor_of
from modelratchet.serving.metrics import Meter
from modelratchet.serving.observing import Observer
from modelratchet.serving.parsers.records import Records
from modelratchet.serving.prediction_log.columns import PredictionColumns, Stamp
from modelratchet.serving.prediction_log.courier import STEP_ROWS
from modelratchet.serving.prediction_log.parquet import QUICK, SMALL, Form, encode_rows
from modelratchet.serving.prediction_log.parts import Parts
from modelratchet.serving.prediction_log.pipe import PREDICTIONS, frame
from modelratchet.serving.prediction_log.recorder import Recorder
from modelratchet.serving.prediction_log.sampling import Sample
from modelratchet.serving.prediction_log.steps import Entry, Step, step_of
from modelratchet.serving.settings import LogSettings, ServingSettings
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.storage.log_stores import LocalStore

ROUTE = "/predict"
N_ROWS = 32_768
QUEUE_ROWS = 100_000
START_NS = 1_795_514_400 * 10**9
ROUNDS = 5


@dataclass(frozen=True)
class Asked:
    """A bundle, and real requests with its answers; arrays are made anew for each, as a server does."""

    bundle: Bundle
    entries: list[Entry]

    @property
    def rows(self) -> int:
        """Of all requests."""
        return sum(entry[0] for entry in self.entries)


class DownStore(LocalStore):
    """A place that takes nothing."""

    def put(self, name: str, data: bytes) -> None:
        """Fail."""
        raise StorageError(f"{name}: {len(data)} bytes are not taken")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.log_cost", description=__doc__)
    parser.parse_args(arguments)
    folder = flights().folder
    print("| on the event loop, for each request | µs |\n|---|---|")
    single = asked(folder, 1, N_ROWS)
    for name, seconds in hot_path(single):
        print(f"| {name} | {seconds * 1e6:.2f} |")
    print("\n| for the rows | 1 row a request | 100 rows a request |\n|---|---|---|")
    columns = [dict(writer(one)) for one in (single, asked(folder, 100, N_ROWS))]
    for name in columns[0]:
        print(f"| {name} | {columns[0][name]:.2f} | {columns[1][name]:.2f} |")
    print(f"\n| {QUEUE_ROWS:,} rows wait and the store is down | MB | bytes a row |\n|---|---|---|")
    for name, act in {"as columns": as_columns, "as requests, if they were not sent": as_requests}.items():
        grown = in_own_process(act, folder)
        print(f"| {name} | {grown / 1e6:.0f} | {grown / QUEUE_ROWS:.0f} |")
    return 0


def asked(folder: Path, rows_each: int, rows: int) -> Asked:
    """Real requests, up to so many rows."""
    bundle = read_bundle(folder / "bundle")
    return Asked(bundle, list(requests(bundle, json.loads((folder / "rows.json").read_text()), rows_each, rows)))


def requests(bundle: Bundle, records: list[object], rows_each: int, rows: int) -> Iterator[Entry]:
    predictor = predictor_of(bundle, ServingSettings(bundle=Path()))
    read, last = Records(bundle.schema, rows_each), len(records) - rows_each
    for number in range(rows // rows_each):
        place = number * rows_each % last
        batch = read(json.dumps({"rows": records[place : place + rows_each]}).encode())
        request_id, time_ns = f"0123456789abcdef-{number}", START_NS + number * 70_000
        yield rows_each, time_ns, request_id, batch, predictor.answer(batch), 100 + number % 50


def hot_path(single: Asked) -> Iterator[tuple[str, float]]:
    """Seconds a call, the median of some rounds."""
    settings = replace(ServingSettings(bundle=Path()).of(single.bundle), log_folder="unused")
    meter, sample, log = Meter([ROUTE]), Sample(0.1), Observer(single.bundle, settings)
    yield "`Meter.answered`", best(single, lambda entry: meter.answered(ROUTE, entry[0] + 199, 0.0001))
    yield "`Sample.holds`, share 0.1", best(single, lambda entry: sample.holds(entry[2]))
    yield "`PredictionLog.offer`", best(single, offer(log), log)
    for name, one in {
        "no log": replace(settings, log_folder=""),
        "a tenth of the requests in the log": replace(settings, log=LogSettings(share=0.1)),
        "all requests in the log": settings,
    }.items():
        observer = Observer(single.bundle, one)
        yield f"all that is told of a prediction, with clocks: {name}", best(single, told(observer), observer)


def offer(observer: Observer) -> Callable[[Entry], object]:
    assert observer.log is not None
    take = observer.log.offer

    def call(entry: Entry) -> None:
        _, time_ns, request_id, batch, answer, latency_us = entry
        take(request_id, time_ns, batch, answer, latency_us)

    return call


def told(observer: Observer) -> Callable[[Entry], object]:
    def tell(entry: Entry) -> None:
        started = time.perf_counter()
        observer.predicted(ROUTE, entry[2], entry[3], entry[4], started)
        observer.meter.answered(ROUTE, 200, time.perf_counter() - started)

    return tell


def best(single: Asked, call: Callable[[Entry], object], observer: Observer | None = None) -> float:
    """Seconds of one call, without the loop around it; the log's queue is emptied between spells, as the courier does."""
    waiting = observer.log.waiting if observer and observer.log else None
    spells = [single.entries[start : start + STEP_ROWS] for start in range(0, len(single.entries), STEP_ROWS)]
    spent = []
    for _ in range(ROUNDS):
        for spell in spells:
            spent.append(timed(spell, call) - timed(spell, lambda _: None))
            if waiting is not None:
                waiting.written += sum(entry[0] for entry in waiting.take(len(spell)))
    return median(spent) / STEP_ROWS


def timed(entries: Sequence[Entry], call: Callable[[Entry], object]) -> float:
    started = time.thread_time()
    for entry in entries:
        call(entry)
    return time.thread_time() - started


def writer(many: Asked) -> Iterator[tuple[str, float]]:
    """Microseconds a row, and bytes."""
    columns = PredictionColumns(many.bundle.schema, Stamp("7", "main"))
    form = Form(columns.schema, columns.repeating, format_facts(PREDICTIONS_FORMAT))
    size = max(1, STEP_ROWS * len(many.entries) // many.rows)
    parts = [many.entries[start : start + size] for start in range(0, len(many.entries), size)]
    steps = [step_of(part) for part in parts]
    packed = least(lambda: [frame(PREDICTIONS, tuple(step_of(part))) for part in parts])
    made = least(lambda: [columns.of(step) for step in steps])
    batches = [columns.of(step) for step in steps]
    written = least(lambda: encode_rows(batches, form, QUICK))
    yield "packing on the event loop, µs a row", packed / many.rows * 1e6
    yield "one step of it holds the loop up for, ms", packed / len(parts) * 1e3
    yield "columns, in the process that keeps the log, µs a row", made / many.rows * 1e6
    yield "Parquet, there too, µs a row", written / many.rows * 1e6
    yield "merging parts at the end of the hour, µs a row", merging(batches, form) / many.rows * 1e6
    for name, compression in {"parts": QUICK, "merged files": SMALL}.items():
        yield f"bytes a row on disk, {name}", len(encode_rows(batches, form, compression)) / many.rows


def merging(batches: Sequence[RecordBatch], form: Form) -> float:
    """Seconds for eight parts that become one."""
    with tempfile.TemporaryDirectory() as folder:
        parts = Parts(LocalStore(Path(folder)), "worker")
        each = max(1, len(batches) // 8)
        for start in range(0, len(batches), each):
            parts.put(1, parts.next_file(), encode_rows(batches[start : start + each], form, QUICK))
        started = time.thread_time()
        while parts.merge(2, form):
            pass
        return time.thread_time() - started


def least(call: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        started = time.thread_time()
        call()
        spent.append(time.thread_time() - started)
    return min(spent)


def as_columns(folder: Path) -> None:
    """Fill the queue with columns, as the process that keeps the log does."""
    columns = PredictionColumns(read_bundle(folder / "bundle").schema, Stamp("7", "main"))
    recorder: Recorder[Step] = Recorder(
        columns,
        Form(columns.schema, columns.repeating, format_facts(PREDICTIONS_FORMAT)),
        Parts(DownStore(Path()), "worker"),
    )
    waiting: list[Entry] = []
    for entry in _new_requests(folder):
        waiting.append(entry)
        if len(waiting) == STEP_ROWS:
            recorder.take(step_of(waiting), STEP_ROWS)
            waiting.clear()
    _kept.append(recorder)


def as_requests(folder: Path) -> None:
    """Fill the queue with requests."""
    _kept.extend(_new_requests(folder))


_kept: list[object] = []


def _new_requests(folder: Path) -> Iterator[Entry]:
    return requests(read_bundle(folder / "bundle"), json.loads((folder / "rows.json").read_text()), 1, QUEUE_ROWS)


def in_own_process(act: Callable[[Path], None], folder: Path) -> int:
    """Bytes that a process grows by."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_grow, args=(act, folder, sending))
    process.start()
    grown: int = receiving.recv()
    process.join()
    return grown


def _grow(act: Callable[[Path], None], folder: Path, sending: object) -> None:
    asked(folder, 1, STEP_ROWS)
    before = _resident()
    act(folder)
    sending.send(_resident() - before)  # type: ignore[attr-defined]


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
