"""The operations that are put on trial: how to make the state they start from, how to do them, and what must be true afterwards.

Each acts on a folder that holds a store of its own. Doing one again is how a person resumes it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.invariants import Store, faults_of_registry
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.store import init_store
from tests.samples.candidates import MODEL, bundle, candidate


@dataclass(frozen=True)
class Scene:
    """A project's folder, the model's name, and the address under which the store is reached."""

    folder: Path
    address: StoreAddress
    model: str = MODEL

    @property
    def registry(self) -> MlflowRegistry:
        """The registry that is on trial."""
        return MlflowRegistry(self.address)

    def record(self, key: str, weight: float) -> str:
        """Record a candidate under a key; its bundle follows from the weight."""
        files = self.folder / f"candidate-{key}-{os.getpid()}"
        files.mkdir(parents=True)
        return self.registry.record(candidate(files, key, bundle(weight), self.model)).version


@dataclass(frozen=True)
class Operation:
    """Something that may be killed: `act` does it or completes it, `faults` says what is wrong once it is complete."""

    name: str
    prepare: Callable[[Scene], object]
    act: Callable[[Scene], object]
    faults: Callable[[Store], Iterator[str]]


def local_scene(folder: Path) -> Scene:
    """A project with a SQLite store beside it. Temporary files and locks lie in it too, so that it can be thrown away whole."""
    scratch = folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(scratch)
    return Scene(folder, read_address(folder, {}))


def _fresh(scene: Scene) -> None:
    init_store(scene.address)


def _judged_once(scene: Scene) -> None:
    init_store(scene.address)
    scene.record("k1", 0.1)


RECORD = Operation("record", _fresh, lambda scene: scene.record("k1", 0.1), lambda store: faults_of_registry(store, 1))
JUDGE_AGAIN = Operation(
    "record a further verdict",
    _judged_once,
    lambda scene: scene.record("k2", 0.1),
    lambda store: faults_of_registry(store, 1),
)
STORY = Operation(
    "record twice",
    _fresh,
    lambda scene: (scene.record("k1", 0.1), scene.record("k2", 0.2)),
    lambda store: faults_of_registry(store, 2),
)
OPERATIONS = {"record": (RECORD, JUDGE_AGAIN)}
