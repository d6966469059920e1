"""SIGKILL everywhere: `python -m benchmarks.chaos.kills [--random N] [--what record] [--writes] [--lanes N]`.

Each trial starts from a copy of a prepared store, does the operation in a child of its own, and kills it: just before and just after
every call that reaches the outside, and at random moments, uniform over the time that the operation takes. Then the operation is
done again, as a person would, and once more; and the store's tables are read for what must hold. `--what run` is the whole `ratchet run`, and
takes a minute a trial.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.chaos import run_kills
from benchmarks.chaos.aftermath import Aftermath, Kill, counted_cells
from benchmarks.chaos.boundaries import Boundaries, Moment, changes_something
from benchmarks.chaos.invariants import Store
from benchmarks.chaos.ledger_invariants import faults_of_state
from benchmarks.chaos.operations import OPERATIONS, Operation, has_finished_step, mend
from benchmarks.chaos.processes import KILLED, Ended, expect_done, forked, preload, side_by_side
from benchmarks.chaos.scenes import local_scene
from tests.samples.candidates import MODEL


@dataclass(frozen=True)
class Prepared:
    """An operation with the folder that its trials start from, the calls it makes and how long it takes, in seconds."""

    operation: Operation
    template: Path
    calls: tuple[str, ...]
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each operation and kind of kill; 1 if anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=500, help="kills at random moments")
    parser.add_argument("--what", nargs="+", choices=[*OPERATIONS, "run"], default=list(OPERATIONS))
    parser.add_argument("--writes", action="store_true", help="only around the calls that change something")
    parser.add_argument("--lanes", type=int, default=2, help="trials at a time")
    parser.add_argument("--seed", type=int, default=20130101)
    options = parser.parse_args(arguments)
    preload()
    print(
        "| operation | kills | trials | killed in the middle | broken states | double events | not resumed |\n|---|---|---|---|---|---|---|"
    )
    started, found = time.perf_counter(), []
    with tempfile.TemporaryDirectory(prefix="ratchet-chaos-") as folder:
        if "run" in options.what:
            run_kills.prepare(Path(folder) / "run")
            kills = run_kills.kills_of(Path(folder) / "run", options.random, options.seed)
            seen = list(side_by_side(partial(run_kills.suffer, Path(folder) / "run"), kills, options.lanes))
            print(f"| ratchet run | at random moments, group and parent in turns | {counted_cells(seen)} |", flush=True)
            found += seen
        for operation in [operation for what in options.what for operation in OPERATIONS.get(what, ())]:
            prepared = prepare(operation, Path(folder) / operation.name.replace(" ", "-"))
            dice = random.Random(options.seed)
            for words, kills in (
                (write_kills if options.writes else boundary_kills)(prepared),
                ("at random moments", random_kills(prepared, options.random, dice)),
            ):
                seen = list(side_by_side(partial(suffer, prepared), kills, options.lanes))
                print(f"| {operation.name} | {words} | {counted_cells(seen)} |", flush=True)
                found += seen
    for aftermath in [item for item in found if item.faults][:20]:
        print(f"\n{aftermath.kill}: {'; '.join(aftermath.faults)}")
    print(f"\nseed {options.seed}, {time.perf_counter() - started:.0f} s")
    return int(any(item.faults for item in found))


def prepare(operation: Operation, folder: Path) -> Prepared:
    """Make the state that trials start from, and measure one that nothing happens to."""
    template = folder / "template"
    expect_done(forked(lambda: operation.prepare(local_scene(template))), f"preparing {operation.name}")
    counting = _copied(template, folder / "counting")
    ended = expect_done(forked(lambda: _counted(operation, counting)), operation.name)
    timings = [
        expect_done(forked(partial(_act, operation, _copied(template, folder / f"timing-{number}"))), operation.name)
        for number in range(3)
    ]
    return Prepared(operation, template, tuple(ended.value.split()), statistics.median(t.seconds for t in timings))


def boundary_kills(prepared: Prepared) -> tuple[str, list[Kill]]:
    """Before and after each call."""
    moments = [Moment(number, is_before) for number in range(len(prepared.calls)) for is_before in (True, False)]
    return f"around each of {len(prepared.calls)} calls", _at(moments)


def write_kills(prepared: Prepared) -> tuple[str, list[Kill]]:
    """Before each call that changes something, and after the last: between two of them others only read."""
    places = [number for number, call in enumerate(prepared.calls) if changes_something(call)]
    moments = [*(Moment(number, is_before=True) for number in places), Moment(places[-1], is_before=False)]
    return f"around each of {len(places)} writes", _at(moments)


def _at(moments: Sequence[Moment]) -> list[Kill]:
    return [Kill(place, moment, None) for place, moment in enumerate(moments)]


def random_kills(prepared: Prepared, count: int, dice: random.Random) -> list[Kill]:
    """Uniform over the time that the operation takes."""
    return [Kill(10_000 + place, None, dice.uniform(0, prepared.seconds)) for place in range(count)]


def suffer(prepared: Prepared, kill: Kill) -> Aftermath:
    """Do one trial in a folder of its own, which is gone afterwards."""
    folder = _copied(prepared.template, prepared.template.parent / f"trial-{kill.place}")
    try:
        return _suffered(prepared.operation, folder, kill)
    finally:
        shutil.rmtree(folder)


def _suffered(operation: Operation, folder: Path, kill: Kill) -> Aftermath:
    first = forked(partial(_killed_act, operation, folder, kill.moment), kill.after_s)
    store, faults = Store(folder, MODEL, folder), list[str]()
    if first.code not in (0, KILLED):
        faults.append(f"ended with {first.code}: {first.message}")
    if operation.is_step and has_finished_step(folder):
        # killed when all was done: a further call would be meant as a further step
        return Aftermath(kill, first.code == KILLED, True, (*faults, *operation.faults(store)))
    if operation.expected and kill.place % 2:
        # half of the people look first, and call what mends
        faults += _faults_after_reconcile(store)
    resumed = forked(partial(_act, operation, folder))
    if not resumed.is_done:
        return Aftermath(
            kill, first.code == KILLED, False, (*faults, f"not resumed, {resumed.code}: {resumed.message}")
        )
    faults += operation.faults(store)
    if not operation.is_step:
        faults += _faults_of_repeat(operation, store, resumed)
    return Aftermath(kill, first.code == KILLED, True, tuple(faults))


def _faults_of_repeat(operation: Operation, store: Store, resumed: Ended) -> Iterator[str]:
    before = store.fingerprint()
    repeated = forked(partial(_act, operation, store.folder))
    if (repeated.code, repeated.value) != (0, resumed.value):
        yield f"a repeat gave {repeated.value or repeated.message} instead of {resumed.value}"
    if store.fingerprint() != before:
        yield "a repeat changed the store"


def _faults_after_reconcile(store: Store) -> list[str]:
    mended = forked(lambda: mend(local_scene(store.folder)))
    return list(faults_of_state(store)) if mended.is_done else [f"not reconciled, {mended.code}: {mended.message}"]


def _act(operation: Operation, folder: Path) -> object:
    return operation.act(local_scene(folder))


def _killed_act(operation: Operation, folder: Path, moment: Moment | None) -> object:
    if moment is not None:
        Boundaries(moment).install()
    return _act(operation, folder)


def _counted(operation: Operation, folder: Path) -> str:
    boundaries = Boundaries()
    boundaries.install()
    _act(operation, folder)
    return " ".join(boundaries.seen)


def _copied(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder)
    return folder


if __name__ == "__main__":
    sys.exit(main())
