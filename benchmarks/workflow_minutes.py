"""Minutes of hosted runner that a year's traffic takes: `python -m benchmarks.workflow_minutes`.

Seconds come from two measurements. `make rehearse` leaves how long each job and step of the workflow files took, on a small project. What takes longer on the whole project
(the suite, a cold run) was measured there by `--measure`, and takes the rehearsed step's place. GitHub rounds every job up to a whole minute. What a hosted runner adds
(its start, fetching caches) is not measured here and is an option, `--overhead`, of so many seconds a job.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelratchet.errors import MissingEvidenceError
from modelratchet.storage.files import read_json, write_json

RUNS = Path(".ratchet/rehearsal/runs.json")
WHOLE_PROJECT = Path(__file__).with_name("workflow_steps.json")
MEASURED = ("make check", "make test", "make test-docs", "make test-wheel", "make simulations", "make test-random", "make rehearse", "ratchet run", "ratchet audit requirements.lock requirements-serving.lock")  # fmt: skip
PIPELINE = "ratchet run"
AS_LONG_AS_THE_PIPELINE = ("ratchet retrain", "ratchet reproduce")
"""Steps that begin like this run all stages anew."""
PYTHONS = 3
"""Entries of the matrix; a rehearsal runs one."""
MONTHS, NIGHTS = 12, 365


@dataclass(frozen=True)
class Traffic:
    """What happens in a month. Every pull request is pushed to `pushes` times in all, and merged."""

    pull_requests: int = 50
    docs_only: int = 10
    pushes: int = 2
    retrains: int = 4

    @property
    def model_or_code(self) -> int:
        """Pull requests that touch more than documentation; all are taken to touch the model, the dear case."""
        return self.pull_requests - self.docs_only


@dataclass(frozen=True)
class Kind:
    """A kind of event in the rehearsals: the workflow, the event, and whether a model was made or code tested in it (None: all the same)."""

    workflow: str
    event: str
    judged: bool | None = None


@dataclass(frozen=True)
class Line:
    """One kind in a year: how often, and the billed minutes of one."""

    kind: Kind
    times: int
    jobs: int
    minutes: int


def year_of(traffic: Traffic) -> dict[Kind, int]:
    """How often each kind of run happens in a year. A retrain ends in a pull request that is merged."""
    proposals, docs = traffic.model_or_code * traffic.pushes + traffic.retrains, traffic.docs_only
    monthly = {
        Kind("ci", "pull_request", True): proposals,
        Kind("ci", "pull_request", False): docs,
        Kind("ci", "push"): traffic.pull_requests + traffic.retrains,
        Kind("model", "pull_request", True): proposals,
        Kind("model", "pull_request", False): docs,
        Kind("model", "push"): traffic.pull_requests + traffic.retrains,
        Kind("comment", "workflow_run"): proposals,
        Kind("retrain", "schedule", True): traffic.retrains,
    }
    return {kind: MONTHS * times for kind, times in monthly.items()} | {Kind("nightly", "schedule"): NIGHTS}


def billed(job: Mapping[str, Any], whole: Mapping[str, float], overhead: float) -> int:
    """Minutes that one job is charged: its seconds, with steps of the whole project in place of the rehearsed ones, rounded up."""
    seconds = job["seconds"] + overhead
    for step in job["steps"]:
        name = PIPELINE if step["name"].startswith(AS_LONG_AS_THE_PIPELINE) else step["name"]
        if step["result"] == "success" and name in whole:
            seconds += max(whole[name] - step["seconds"], 0.0)
    entries = PYTHONS if job["job"] == "test" else 1
    return entries * math.ceil(seconds / 60.0)


def lines(
    runs: Iterable[Mapping[str, Any]], whole: Mapping[str, float], overhead: float, traffic: Traffic
) -> tuple[Line, ...]:
    """The median run of each kind, charged. Runs that ended red are left out: most of them ended early.

    Raises:
        MissingEvidenceError: a kind was never rehearsed.
    """
    found: dict[Kind, list[tuple[int, int]]] = defaultdict(list)
    for run in runs:
        if run["conclusion"] != "success":
            continue
        ran = [job for job in run["jobs"] if job["result"] not in ("skipped", "cancelled") and job["steps"]]
        charged = (len(ran), sum(billed(job, whole, overhead) for job in ran))
        name, event = run["file"].removesuffix(".yml"), run["event"]
        for judged in (None, _has_judged(ran)):
            found[Kind(name, event, judged)].append(charged)
    # main tries everything, as a pull request that touches everything does: that is rehearsed once
    if everything := found.get(Kind("ci", "pull_request", True)):
        found.setdefault(Kind("ci", "push"), everything)
    missing = [f"{kind.workflow} on {kind.event}" for kind in year_of(traffic) if kind not in found]
    if missing:
        raise MissingEvidenceError(f"never rehearsed: {', '.join(missing)}", hint="`make rehearse` rehearses them all.")
    return tuple(
        Line(kind, times, int(statistics.median(item[0] for item in found[kind])), int(statistics.median(item[1] for item in found[kind])))
        for kind, times in year_of(traffic).items()
    )  # fmt: skip


def _has_judged(jobs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether more ran than what a change of the documentation sets off."""
    names = {step["name"] for job in jobs for step in job["steps"]}
    return bool(names & {PIPELINE, "make test"}) or any(job["job"] == "propose" for job in jobs)


def measure(commands: Sequence[str]) -> dict[str, float]:
    """Run each on this checkout, from the shell that a person would use, and note its seconds; one that fails is not noted."""
    seconds = {}
    # as `make environment` leaves it for the steps of a job
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    for command in commands:
        started = time.perf_counter()
        done = subprocess.run(
            command, shell=True, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "PATH": path}
        )
        if done.returncode == 0:
            seconds[command] = round(time.perf_counter() - started, 1)
        print(f"{command}: {time.perf_counter() - started:.1f} s, ended with {done.returncode}", flush=True)
    return seconds


def _print(found: Sequence[Line], traffic: Traffic, overhead: float) -> None:
    print("| workflow | on | runs a year | jobs | minutes a run | minutes a year |\n|---|---|---:|---:|---:|---:|")
    for line in found:
        about = {True: ", a model", False: ", documentation", None: ""}[line.kind.judged]
        cells = (f"`{line.kind.workflow}.yml`", line.kind.event + about, f"{line.times:,}", line.jobs, line.minutes, f"{line.times * line.minutes:,}")  # fmt: skip
        print(f"| {' | '.join(map(str, cells))} |")
    total = sum(line.times * line.minutes for line in found)
    print(f"| all | | {sum(line.times for line in found):,} | | | {total:,} |")
    print(
        f"\n{traffic.pull_requests} pull requests a month, {traffic.docs_only} of them documentation alone, {traffic.pushes} pushes to each of the others, "
        f"{traffic.retrains} retrains; {overhead:g} s added to every job; {total / MONTHS:,.0f} minutes a month"
    )


def main(given: Sequence[str] | None = None) -> None:
    """Print the table, or measure what it needs of the whole project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--overhead", type=float, default=20.0)
    parser.add_argument("--pull-requests", type=int, default=Traffic.pull_requests)
    parser.add_argument("--docs-only", type=int, default=Traffic.docs_only)
    parser.add_argument("--pushes", type=int, default=Traffic.pushes)
    parser.add_argument("--retrains", type=int, default=Traffic.retrains)
    parser.add_argument("--measure", nargs="*", metavar="COMMAND", help=f"default: {', '.join(MEASURED)}")
    options = parser.parse_args(given)
    known = json.loads(WHOLE_PROJECT.read_text()) if WHOLE_PROJECT.exists() else {}
    if options.measure is not None:
        write_json(WHOLE_PROJECT, dict(sorted({**known, **measure(options.measure or MEASURED)}.items())))
        return
    traffic = Traffic(options.pull_requests, options.docs_only, options.pushes, options.retrains)
    _print(lines(read_json(options.runs), known, options.overhead, traffic), traffic, options.overhead)


if __name__ == "__main__":
    main()
