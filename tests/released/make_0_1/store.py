"""A project with runs, versions and a ledger of every kind of event, made by the commands that a person would call."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelratchet.adapters.mlflow.address import read_address
from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event, after
from modelratchet.core.ledger_writing import Circumstances, renewed
from tests.samples.projects import Project, make_project

MODEL = "parcels-late"
ALICE = {"GITHUB_ACTOR": "alice", "USER": "alice", "LOGNAME": "alice"}
_PARCELS = Path(__file__).parent / "parcels"
_WEAK = {"max_iter": 1, "max_leaf_nodes": 2, "min_samples_leaf": 20}
_BETTER = {"max_iter": 25, "max_leaf_nodes": 6, "min_samples_leaf": 20}


@dataclass(frozen=True)
class Maker:
    """The project, and the environment in which its commands are called."""

    project: Project
    environment: dict[str, str]

    def call(self, *arguments: str) -> Any:
        """Call `ratchet` and expect it to end well; what `--json` prints."""
        done = self.project.ratchet(*arguments, "--json", **self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def judged(self, message: str, expected: str, **changes: Any) -> str:
        """Edit params.yaml, commit, run; the version that was recorded, once the verdict is found to be the expected one."""
        self.project.edit_params(**changes)
        self.project.commit(message)
        done = self.call("run")
        assert done["decision"] == expected, self.project.report("verdict")
        print(f"version {done['version']}: {expected}", flush=True)
        return str(done["version"])


def make_parcels(folder: Path) -> Project:
    """The project before its first run."""
    project = make_project(folder, "wine")
    shutil.copy(_PARCELS / "params.yaml", folder / "params.yaml")
    shutil.copy(_PARCELS / "project.py", folder / "pipeline" / "project.py")
    shutil.copy(_PARCELS / "suite.json", folder / "expectations" / "parcels.json")
    (folder / "tests" / "model").mkdir(parents=True)
    shutil.copy(_PARCELS / "own_tests.py", folder / "tests" / "model" / "test_parcels.py")
    project.commit("Ask which parcels come late")
    return project


def tell_story(maker: Maker) -> None:
    """Twelve events of all kinds, and three that are void; verdicts of all three kinds."""
    maker.judged("Begin with two small trees", "promote")
    maker.call("promote")
    maker.judged("Grow more trees", "promote", train__hist_gradient_boosting=_BETTER)
    maker.call("promote")
    maker.judged("Try a single split", "reject", train__hist_gradient_boosting=_WEAK)
    maker.judged("Try a straight line", "inconclusive", train__estimator="logistic_regression", gate__margin=0.0001)
    maker.call("rollback", "--reason", "parcels of Monday were missed")
    maker.call("override", "3", "--reason", "only this one fits on the scanner: „klein“ < 1 kB & quick")
    maker.call("rollback", "--to", "2", "--reason", "the scanner has room again")
    _renew_in_a_race(maker)
    maker.call("anchor", "1", "--reason", "what the quarterly review looked at")
    maker.judged("Allow for a little loss", "promote", gate__margin=0.03)
    maker.call("promote")
    maker.call("anchor", "2", "--reason", "approved by the quarterly review")
    maker.call("renew")
    maker.call("rollback")
    maker.call("override", "4", "--reason", "the line is easier to explain")


def _renew_in_a_race(maker: Maker) -> None:
    """Alice renews, and is first; Bob's event on the same head and his next one are void, and so is Alice's, which is sent twice."""
    ledger = MlflowLedger(read_address(maker.project.folder, {}))
    history = fold(MODEL, ledger.read(MODEL))
    crowning = history.crowning
    assert crowning is not None
    late = renewed(history.state, crowning.event, _bob())
    later = renewed(after(history.state, late), crowning.event, _bob())
    maker.call("renew")
    for event in (late, later, *_latest(ledger)):
        ledger.append(event)


def _latest(ledger: MlflowLedger) -> Iterator[Event]:
    yield fold(MODEL, ledger.read(MODEL)).accepted[-1].event


def _bob() -> Circumstances:
    return Circumstances(datetime.now(UTC), secrets.token_hex(16), "bob", "0" * 40, 3650)
