"""Which workflows an event starts: the filters under `on:`, which `act` does not apply. Pure; called by `github`.

Source: docs.github.com, "Workflow syntax for GitHub Actions", sections `on.<event_name>.types`, `on.push.<branches|tags>`,
`on.<push|pull_request>.<paths|paths-ignore>`, `on.workflow_run`, `on.schedule`, and "Events that trigger workflows".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rehearsal.events import Event
from rehearsal.patterns import all_paths_ignored, any_path_selected, selected
from rehearsal.workflow_files import Block, WorkflowFile

# a workflow_run can follow a workflow_run, three levels deep and no deeper
DEEPEST = 3
_USUAL_TYPES = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}
_KNOWN = frozenset(
    {"push", "pull_request", "schedule", "workflow_dispatch", "repository_dispatch", "workflow_run", "workflow_call"}
)


def started(workflows: Iterable[WorkflowFile], event: Event) -> tuple[WorkflowFile, ...]:
    """The workflows that GitHub would start for an event, in order of their names.

    Raises:
        NotImplementedError: a workflow waits for an event that is not modelled here: it would never be rehearsed.
    """
    return tuple(workflow for workflow in workflows if _starts(workflow, event))


def _starts(workflow: WorkflowFile, event: Event) -> bool:
    unknown = set(workflow.triggers) - _KNOWN
    if unknown:
        raise NotImplementedError(f"{workflow.file} waits for {sorted(unknown)}, which the rehearsal does not know")
    options = workflow.triggers.get(event.name)
    if options is None or (event.only and event.only != workflow.file):
        return False
    return all(passes(options, event) for passes in _FILTERS[event.name])


def _by_branch(options: Block, event: Event) -> bool:
    branch = event.payload["workflow_run"]["head_branch"] if event.name == "workflow_run" else event.branch
    if event.name == "push" and "tags" in options and not {"branches", "branches-ignore"} & set(options):
        return False
    if "branches" in options:
        return selected(options["branches"], branch)
    return not selected(options.get("branches-ignore", []), branch)


def _by_path(options: Block, event: Event) -> bool:
    if "paths" in options:
        return any_path_selected(options["paths"], event.changed)
    return not all_paths_ignored(options.get("paths-ignore", []), event.changed)


def _by_type(options: Block, event: Event) -> bool:
    types = options.get("types", _USUAL_TYPES.get(event.name))
    return types is None or event.payload["action"] in types


def _by_cron(options: Block, event: Event) -> bool:
    return any(entry["cron"] == event.payload["schedule"] for entry in options["entries"])


def _by_workflow(options: Block, event: Event) -> bool:
    return event.payload["workflow_run"]["name"] in options["workflows"] and event.depth <= DEEPEST


_FILTERS: dict[str, tuple[Callable[[Block, Event], bool], ...]] = {
    "push": (_by_branch, _by_path),
    "pull_request": (_by_branch, _by_path, _by_type),
    "workflow_run": (_by_workflow, _by_branch, _by_type),
    "schedule": (_by_cron,),
    "repository_dispatch": (_by_type,),
    "workflow_dispatch": (),
}
