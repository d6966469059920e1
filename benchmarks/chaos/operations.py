"""The operations that are put on trial: how to make the state they start from, how to do them, and what must be true afterwards.

Each acts on a scene of its own. Doing one again is how a person resumes it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.invariants import Store, faults_of_registry
from benchmarks.chaos.ledger_invariants import Expected, faults_of_ledger
from benchmarks.chaos.scenes import Scene
from modelratchet.adapters.mlflow.store import init_store
from modelratchet.core.ledger import EventKind
from modelratchet.usecases.reconcile import reconcile
from modelratchet.usecases.rollback import rollback

PROMOTED, ROLLED_BACK = EventKind.PROMOTED, EventKind.ROLLED_BACK


@dataclass(frozen=True)
class Operation:
    """Something that may be killed: `act` does it or completes it.

    `n_versions` bundles are recorded and `expected` is in the ledger once it is complete. A step is one that is meant to go further when it is
    called after it was completed, and only then.
    """

    name: str
    prepare: Callable[[Scene], object]
    act: Callable[[Scene], object]
    n_versions: int
    expected: Expected = ()
    is_step: bool = False

    def faults(self, store: Store) -> Iterator[str]:
        """Say what is wrong in a store in which the operation was completed."""
        yield from faults_of_registry(store, self.n_versions)
        yield from faults_of_ledger(store, self.expected)


def _judge_first(scene: Scene) -> None:
    scene.begin()
    scene.judge(0.1)
    init_store(scene.address)


def _judge_again(scene: Scene) -> None:
    """The first champion reigns, and its bundle was judged once more, which gives another verdict."""
    scene.begin()
    scene.judge(0.1)
    scene.record(0.1)
    scene.judge(0.2)
    scene.record(0.2)
    scene.promote(0.2)
    scene.judge(0.1)


def _candidate_waits(scene: Scene) -> None:
    scene.begin()
    scene.reign(0.1)
    scene.judge(0.2)
    scene.record(0.2)


def _three_reigned(scene: Scene) -> None:
    scene.begin()
    for weight in (0.1, 0.2, 0.3):
        scene.reign(weight)


def _nothing_projected(scene: Scene) -> None:
    """Three events, but aliases, tags and certificates are gone."""
    _three_reigned(scene)
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=scene.address.uri, registry_uri=scene.address.uri)
    for alias in ("champion", "anchor"):
        client.delete_registered_model_alias(scene.model, alias)
    shutil.rmtree(scene.folder / "certificates")


def roll_back(scene: Scene, to: str | None) -> str:
    """Roll back and give the event that holds then."""
    return rollback(scene.desk, scene.model, to, "it was late on Monday").event.digest


def has_finished_step(project: Path) -> bool:
    """Whether the latest rollback without a target was finished, as this machine notes it."""
    noted = json.loads((project / "ledger.json").read_text(encoding="utf-8"))
    return any(name.startswith("rollback of") and value is None for name, value in noted.items())


def mend(scene: Scene) -> str:
    """Reconcile and give the head."""
    return reconcile(scene.desk, scene.model).history.state.head or ""


_THREE: Expected = ((PROMOTED, "1"), (PROMOTED, "2"), (PROMOTED, "3"))

RECORD = Operation("record", _judge_first, lambda scene: scene.record(0.1), 1)
RECORD_AGAIN = Operation(
    "record a further verdict", _judge_again, lambda scene: scene.record(0.1), 2, ((PROMOTED, "2"),)
)
PROMOTE = Operation(
    "promote", _candidate_waits, lambda scene: scene.promote(0.2), 2, ((PROMOTED, "1"), (PROMOTED, "2"))
)
ROLLBACK_TO = Operation(
    "rollback --to 1", _three_reigned, lambda scene: roll_back(scene, "1"), 3, (*_THREE, (ROLLED_BACK, "1"))
)
ROLLBACK = Operation(
    "rollback", _three_reigned, lambda scene: roll_back(scene, None), 3, (*_THREE, (ROLLED_BACK, "2")), True
)
RECONCILE = Operation("reconcile", _nothing_projected, mend, 3, _THREE)

OPERATIONS = {
    "record": (RECORD, RECORD_AGAIN),
    "promote": (PROMOTE,),
    "rollback": (ROLLBACK,),
    "rollback-to": (ROLLBACK_TO,),
    "reconcile": (RECONCILE,),
}
