"""Workflow and action files as records: what starts them, which jobs and steps they have. Read by everything else here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = ".github/workflows"
Block = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One step. `key` is what `act` calls it in its log: its id, or else its place."""

    key: str
    title: str
    uses: str | None
    block: Block


@dataclass(frozen=True)
class Job:
    """One job; `uses` names the reusable workflow that it calls, if it is a call."""

    key: str
    title: str
    uses: str | None
    steps: tuple[Step, ...]
    block: Block

    @property
    def called(self) -> str | None:
        """File name of the local workflow that it calls."""
        return Path(self.uses).name if self.uses else None


@dataclass(frozen=True)
class WorkflowFile:
    """One file of .github/workflows."""

    path: Path
    name: str
    triggers: Mapping[str, Block]
    jobs: tuple[Job, ...]
    block: Block = field(repr=False, default_factory=dict)

    @property
    def file(self) -> str:
        """Its name, which stories and records use."""
        return self.path.name

    def job(self, key: str) -> Job | None:
        """The job of a key."""
        return next((job for job in self.jobs if job.key == key), None)


def read_workflows(project: Path) -> tuple[WorkflowFile, ...]:
    """All workflows of a working tree, by name of file."""
    folder = project / FOLDER
    return tuple(read_workflow(path) for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]))


def read_workflow(path: Path) -> WorkflowFile:
    """One workflow. All scalars stay text: YAML 1.1 would read the key `on` as true."""
    block = read_yaml(path)
    jobs = tuple(_job(key, job) for key, job in block.get("jobs", {}).items())
    return WorkflowFile(path, block.get("name", path.name), _triggers(block.get("on", {})), jobs, block)


def read_yaml(path: Path) -> Block:
    """A YAML file whose scalars are all text."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader) or {}  # noqa: S506 (it makes text only)


def steps_of(blocks: list[Block]) -> tuple[Step, ...]:
    """Steps of a job or of a composite action."""
    return tuple(
        Step(str(block.get("id", place)), _title(block), block.get("uses"), block) for place, block in enumerate(blocks)
    )


def local_action(project: Path, uses: str) -> tuple[Step, ...]:
    """Steps of a composite action of this repository (`./.github/actions/setup`)."""
    folder = project / uses
    path = folder / "action.yml" if (folder / "action.yml").exists() else folder / "action.yaml"
    return steps_of(read_yaml(path)["runs"].get("steps", []))


def remote_uses(project: Path) -> frozenset[str]:
    """All `owner/name[/path]@ref` of the workflows and of the composite actions they use."""
    found = {step.uses for step in _all_steps(project) if step.uses and not step.uses.startswith("./")}
    return frozenset(found)


def _all_steps(project: Path) -> Iterator[Step]:
    for workflow in read_workflows(project):
        for job in workflow.jobs:
            yield from job.steps
    for path in sorted((project / ".github" / "actions").glob("*/action.y*ml")):
        yield from steps_of(read_yaml(path)["runs"].get("steps", []))


def _job(key: str, block: Block) -> Job:
    return Job(key, block.get("name", key), block.get("uses"), steps_of(block.get("steps", [])), block)


def _title(block: Block) -> str:
    return str(block.get("name") or block.get("run") or block.get("uses") or "").strip()


def _triggers(on: Any) -> dict[str, Block]:
    """`on:` may be a name, a list of names or a block of blocks."""
    if isinstance(on, str):
        return {on: {}}
    if isinstance(on, list):
        return {name: {} for name in on}
    return {name: _options(options) for name, options in on.items()}


def _options(options: Any) -> Block:
    """`schedule` has a list; an event without options has nothing, which arrives as empty text."""
    if isinstance(options, list):
        return {"entries": options}
    return options or {}
