"""A model run in its workflow beside `ratchet run` by hand, and what the rehearsals worked: `python -m benchmarks.rehearsed`.

By hand means a person's clone with environment and DVC cache warm, on the same commits and against the same registry; in the workflow it is the job `run` of
pipeline.yml whole: checkout, caches, data, run, page, artifacts. Each pair takes a new learning rate; who goes first changes from pair to pair.
With `--recorded` nothing is run: it prints what the stories of the latest `make rehearse` worked.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.act import Machine, find_act
from rehearsal.project import write_project
from rehearsal.repository import Clone, Repository
from tests.rehearsal.records import Document, noted_runs
from tests.rehearsal.story import Story, job, model, of, story

MOST = 1.2
DOCS_ONLY_SECONDS = 60.0
DOCS_ONLY = "documentation_alone_runs_no_training"
FIRST_RATE = 0.08


@dataclass(frozen=True)
class Pair:
    """Seconds of one commit, judged both ways."""

    workflow: float
    by_hand: float

    @property
    def ratio(self) -> float:
        """How much longer the workflow took."""
        return self.workflow / self.by_hand


def pairs(folder: Path, count: int, *, whole: bool) -> list[Pair]:
    """Judge so many commits both ways; `whole` takes the example as it is, a year of flights, and not the stories' small one."""
    with story(folder, Machine(find_act(), folder / "machine")) as made:
        told = made.without("ci.yml", "comment.yml").with_settings(variables={"RATCHET_IMAGE_REPOSITORY": None})
        _begin(told, whole=whole)
        person = told.clone("person")
        _by_hand(told, person)
        return [_pair(told, person, number) for number in range(count)]


def _begin(told: Story, *, whole: bool) -> None:
    """The first push fills the caches."""
    Repository(told.hub.repository).make()
    first = told.clone("first")
    write_project(first.folder, small=not whole)
    first.commit("Start")
    first.push("main")
    told.github.pushed("main")


def _pair(told: Story, person: Clone, number: int) -> Pair:
    branch = f"rate-{number}"
    told.change(branch, model(learning_rate=FIRST_RATE + number / 1000), "Another rate")
    person.update(branch)
    if number % 2:
        by_hand = _by_hand(told, person)
        return Pair(_in_workflow(told, branch), by_hand)
    return Pair(_in_workflow(told, branch), _by_hand(told, person))


def _in_workflow(told: Story, branch: str) -> float:
    return float(job(of(told.github.opened(branch, "Another rate"), "model.yml"), "run")["seconds"])


def _by_hand(told: Story, person: Clone) -> float:
    sources = f"{person.folder / 'src'}{os.pathsep}{person.folder}"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": sources, "MLFLOW_TRACKING_URI": told.registry}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "modelratchet", "run"],
        cwd=person.folder,
        env=environment,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def recorded(runs: Sequence[Document]) -> None:
    """Print what each story worked."""
    worked: dict[str, float] = {}
    for run in runs:
        worked[run["story"]] = worked.get(run["story"], 0.0) + sum(each["seconds"] for each in run["jobs"])
    print("| story | seconds of work |\n|---|---:|")
    for name, seconds in worked.items():
        limit = f" (at most {DOCS_ONLY_SECONDS:g})" if name == DOCS_ONLY else ""
        print(f"| {name.replace('_', ' ')}{limit} | {seconds:.1f} |")


def main(given: Sequence[str] | None = None) -> int:
    """Print the pairs and the median ratio; 1 where it is more than is allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--whole", action="store_true", help="the whole example, a year of flights")
    parser.add_argument("--recorded", action="store_true")
    options = parser.parse_args(given)
    if options.recorded:
        recorded(noted_runs())
        return 0
    with tempfile.TemporaryDirectory(prefix="rehearsed-") as folder:
        found = pairs(Path(folder), options.pairs, whole=options.whole)
    print("| in the workflow (s) | by hand (s) | ratio |\n|---:|---:|---:|")
    for pair in found:
        print(f"| {pair.workflow:.1f} | {pair.by_hand:.1f} | {pair.ratio:.2f} |")
    ratio = statistics.median(pair.ratio for pair in found)
    print(f"\nmedian ratio {ratio:.2f}, at most {MOST:g}")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
