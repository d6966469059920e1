"""What a job's GITHUB_TOKEN may do, computed from the YAML, because `act` ignores it. Pure; handed to the stand-ins, which refuse.

Source: docs.github.com, "Use GITHUB_TOKEN for authentication in workflows" and "Workflow syntax", section `permissions`: whatever is not named is
none once anything is named; a called workflow gets at most what its caller has; a fork's pull request gets nothing to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.workflow_files import Job, WorkflowFile

Rights = dict[str, str]
SCOPES = (
    "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models",
    "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses",
)  # fmt: skip
# what a new repository gives to a workflow that says nothing
UNSAID: Rights = {"contents": "read", "packages": "read"}
_RANK = {"none": 0, "read": 1, "write": 2}


def rights_of(workflow: WorkflowFile, called: Mapping[str, WorkflowFile], *, from_fork: bool) -> dict[str, Rights]:
    """Rights of each job of a run, by `workflow name/job`; `called` holds the reusable workflows by name of file."""
    found = {}
    for job in workflow.jobs:
        own = _of_job(workflow, job, from_fork=from_fork)
        found[f"{workflow.name}/{job.key}"] = own
        inner = called[job.called] if job.called else None
        for lower in inner.jobs if inner else ():
            key = f"{inner.name}/{lower.key}" if inner else ""
            wanted = _of_job(inner, lower, from_fork=from_fork) if inner and _says(inner, lower) else own
            found[key] = _lowest([own, wanted, *([found[key]] if key in found else [])])
    return found


def _of_job(workflow: WorkflowFile, job: Job, *, from_fork: bool) -> Rights:
    said = job.block.get("permissions", workflow.block.get("permissions"))
    rights = UNSAID if said is None else _spelled_out(said)
    return {scope: "read" if from_fork and right == "write" else right for scope, right in rights.items()}


def _says(workflow: WorkflowFile, job: Job) -> bool:
    return "permissions" in job.block or "permissions" in workflow.block


def _spelled_out(said: Any) -> Rights:
    if isinstance(said, str):
        return {scope: said.removesuffix("-all") for scope in SCOPES} if said else {}
    unknown = set(said) - set(SCOPES)
    if unknown:
        raise ValueError(f"permissions name {sorted(unknown)}, which GitHub does not know")
    return dict(said)


def _lowest(rights: Iterable[Rights]) -> Rights:
    listed = list(rights)
    return {scope: min((one.get(scope, "none") for one in listed), key=_RANK.__getitem__) for scope in SCOPES}
