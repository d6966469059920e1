"""What a trial of `outages` does: record, promote, roll back, each step until it succeeds, as a person at a terminal would.

What was done is noted in the project's folder, so that the next call goes on with the step that failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.chaos.invariants import Store, faults_of_registry
from benchmarks.chaos.ledger_invariants import faults_of_ledger
from benchmarks.chaos.operations import PROMOTED, ROLLED_BACK, roll_back
from benchmarks.chaos.scenes import Scene, served_scene
from modelratchet.adapters.mlflow.address import StoreAddress

EXPECTED = ((PROMOTED, "1"), (PROMOTED, "2"), (ROLLED_BACK, "1"))

_STEPS: tuple[Callable[[Scene], object], ...] = (
    lambda scene: scene.record(0.2),
    lambda scene: scene.promote(0.2),
    lambda scene: roll_back(scene, "1"),
)


def begin(folder: Path, address: StoreAddress, model: str) -> str:
    """A champion reigns, and a candidate was judged."""
    scene = served_scene(folder, address, model)
    scene.begin()
    scene.reign(0.1)
    scene.judge(0.2)
    return model


def go_on(folder: Path, address: StoreAddress, model: str) -> str:
    """Do the steps that are not done; the last one again if all are."""
    scene, done = served_scene(folder, address, model), folder / "done"
    first = len(done.read_text(encoding="utf-8")) if done.exists() else 0
    found: object = ""
    for number in range(min(first, len(_STEPS) - 1), len(_STEPS)):
        found = _STEPS[number](scene)
        done.write_text("x" * (number + 1), encoding="utf-8")
    return str(found)


def faults(store: Store) -> Iterator[str]:
    """Say what is wrong when all steps are done."""
    yield from faults_of_registry(store, 2)
    yield from faults_of_ledger(store, EXPECTED)
