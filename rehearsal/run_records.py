"""What became of a run, step by step with times: read from what `act` said, held against the file, so that what was skipped is there too.

Called by `github`; read by stories, by the test that every step was exercised, and by the table of costs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rehearsal.workflow_files import Job, Step, WorkflowFile, local_action

Document = dict[str, Any]
Said = Mapping[str, Any]


def read_log(path: Path) -> list[Said]:
    """All that act said, with `at`, the seconds since it was started."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def job_records(
    workflow: WorkflowFile, called: Mapping[str, WorkflowFile], log: list[Said], project: Path
) -> list[Document]:
    """One record for each job of the run, for each matrix entry that ran, and for each job of the workflows it called."""
    found: list[Document] = []
    for job in workflow.jobs:
        inner = called[job.called] if job.called else None
        jobs = inner.jobs if inner else (job,)
        for each in jobs:
            mine = [said for said in log if said.get("jobID") == each.key]
            by_entry = _by_matrix(mine)
            about = {"file": inner.file if inner else workflow.file, "caller": job.key if inner else None}
            found += [{**about, **_job(each, one, project)} for one in by_entry] or [
                {**about, **_job(each, [], project)}
            ]
    return found


def conclusion(jobs: Iterable[Document], *, cancelled: bool) -> str:
    """`success`, `failure`, `cancelled`, or `skipped` where no job ran."""
    results = {job["result"] for job in jobs}
    if cancelled:
        return "cancelled"
    if "failure" in results:
        return "failure"
    return "success" if "success" in results else "skipped"


def _by_matrix(log: list[Said]) -> list[list[Said]]:
    entries: dict[str, list[Said]] = {}
    for said in log:
        entries.setdefault(said["job"], []).append(said)
    return list(entries.values())


def _job(job: Job, log: list[Said], project: Path) -> Document:
    result = next(
        (said["jobResult"] for said in reversed(log) if said.get("jobResult")), "skipped" if not log else "cancelled"
    )
    seconds = log[-1]["at"] - log[0]["at"] if log else 0.0
    steps = [_step(step, (step.key,), log, project) for step in job.steps]
    matrix = log[0].get("matrix", {}) if log else {}
    return {
        "job": job.key,
        "name": job.title,
        "matrix": matrix,
        "result": result,
        "seconds": round(seconds, 3),
        "steps": steps,
    }


def _step(step: Step, key: tuple[str, ...], log: list[Said], project: Path) -> Document:
    mine = [said for said in log if tuple(said.get("stepID", ())) == key and said.get("stepResult")]
    main = next((said for said in mine if said.get("stage") == "Main"), None)
    seconds = sum(said.get("executionTime", 0) for said in mine) / 1e9
    inner = local_action(project, step.uses) if step.uses and step.uses.startswith("./") else ()
    return {
        "step": step.key,
        "name": step.title,
        "uses": step.uses,
        "result": main["stepResult"] if main else "skipped",
        "seconds": round(seconds, 3),
        "steps": [_step(each, (*key, each.key), log, project) for each in inner],
    }
