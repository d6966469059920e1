"""A whole `ratchet run`, killed at random moments and resumed: `python -m benchmarks.chaos.kills --what run`.

The project is the wine example with a champion that reigns and a setting that was changed since. In turns the whole process group is killed, as
when a machine goes down, and the parent alone, which leaves its children to themselves.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.chaos.aftermath import Aftermath, Kill
from benchmarks.chaos.invariants import Store, faults_of_registry
from tests.samples.projects import Project, make_project

MODEL = "wine-cultivar"
STARTED_AGAIN = 3


def prepare(folder: Path) -> None:
    """Make the project, a champion in it, and a run to compare with, which nothing happens to."""
    project = make_project(folder / "template", "wine")
    project.ran()
    if (promoted := project.ratchet("promote")).returncode != 0:
        raise SystemExit(f"promoting failed without a fault put in: {promoted.stderr}")
    project.edit_params(train__hist_gradient_boosting={"max_iter": 60, "min_samples_leaf": 5})
    calm = Project(_copied(project.folder, folder / "calm"))
    started = time.perf_counter()
    calm.ran()
    facts = {"seconds": time.perf_counter() - started, "bundle": _bundle(calm)}
    (folder / "calm.json").write_text(json.dumps(facts), encoding="utf-8")


def kills_of(folder: Path, count: int, seed: int) -> list[Kill]:
    """Uniform over the time that a run takes."""
    dice, seconds = random.Random(seed), _calm(folder)["seconds"]
    return [Kill(place, None, dice.uniform(0, seconds)) for place in range(count)]


def suffer(folder: Path, kill: Kill) -> Aftermath:
    """Do one trial in a copy of the project."""
    project = Project(_copied(folder / "template", folder / f"trial-{kill.place}"))
    try:
        was_killed = _run_and_kill(project, kill)
        done = _run_again(project)
        if done.returncode != 0:
            return Aftermath(kill, was_killed, False, (f"not resumed, {done.returncode}: {done.stderr[-1000:]}",))
        return Aftermath(kill, was_killed, True, tuple(_faults(project, _calm(folder)["bundle"])))
    finally:
        shutil.rmtree(project.folder, ignore_errors=True)


def _run_and_kill(project: Project, kill: Kill) -> bool:
    """Whether it was still running."""
    running = subprocess.Popen(
        [sys.executable, "-m", "modelratchet", "run"],
        cwd=project.folder, env=project.environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        running.wait(kill.after_s)
    except subprocess.TimeoutExpired:
        if kill.place % 2:
            running.kill()
        else:
            os.killpg(running.pid, signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def _run_again(project: Project) -> subprocess.CompletedProcess[str]:
    """As a person does, who is told that a stage of the dead run still holds the pipeline (code 4), and waits for it."""
    for _ in range(STARTED_AGAIN):
        done = project.ratchet("run", "--json")
        if done.returncode != 4:
            break
        time.sleep(5)
    return done


def _faults(project: Project, bundle: str) -> Iterator[str]:
    if _bundle(project) != bundle:
        yield f"the bundle is {_bundle(project)}, and {bundle} where nothing happened"
    store = Store(project.folder, MODEL, project.folder)
    yield from faults_of_registry(store, 2)
    query = "SELECT count(*) FROM runs JOIN experiments USING (experiment_id) WHERE experiments.name = ? AND runs.lifecycle_stage = 'active'"
    if (n_runs := store.rows(query, MODEL)[0][0]) != 2:
        yield f"{n_runs} runs of 2 verdicts"
    before = store.fingerprint()
    if not project.ran()["did_nothing"]:
        yield "a repeat did something"
    if store.fingerprint() != before:
        yield "a repeat changed the store"


def _bundle(project: Project) -> str:
    digest: str = project.report("verdict")["bundle_digest"]
    return digest


def _calm(folder: Path) -> Any:
    return json.loads((folder / "calm.json").read_text(encoding="utf-8"))


def _copied(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder, symlinks=True)
    return folder
