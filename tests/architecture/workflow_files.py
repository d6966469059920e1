"""The workflow files as data, for the tests beside it: what `act` does not look at is read here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
COMPOSITE = ROOT / ".github" / "actions" / "setup" / "action.yml"
FILES = sorted([*FOLDER.glob("*.yml"), COMPOSITE])
_PLACE = re.compile(r'"\$([A-Z_]+)"')


@dataclass(frozen=True)
class Job:
    """A job of a workflow."""

    workflow: str
    name: str
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.workflow}/{self.name}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps; none where it calls a workflow."""
        return list(self.data.get("steps", ()))

    @property
    def is_call(self) -> bool:
        """Whether it is another workflow."""
        return "uses" in self.data

    @property
    def permissions(self) -> dict[str, str]:
        """What its token may do."""
        return dict(self.data["permissions"])

    @property
    def environment(self) -> str:
        """The environment whose approval and secrets it has; empty without one."""
        return str(self.data.get("environment", ""))

    def using(self, action: str) -> list[dict[str, Any]]:
        """The steps that use an action, by its name without the commit."""
        return [step for step in self.steps if str(step.get("uses", "")).split("@", maxsplit=1)[0] == action]


def workflow(name: str) -> dict[str, Any]:
    """A workflow file; its triggers under `on`, which YAML 1.1 takes for a yes."""
    data: dict[Any, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    return {str(key) if key is not True else "on": value for key, value in data.items()}


def workflows() -> dict[str, dict[str, Any]]:
    """All of them by name."""
    return {path.stem: workflow(path.stem) for path in sorted(FOLDER.glob("*.yml"))}


def jobs() -> list[Job]:
    """All jobs of all workflows."""
    return [Job(name, job, data) for name, found in workflows().items() for job, data in found["jobs"].items()]


def job(workflow_name: str, name: str) -> Job:
    """One of them."""
    return Job(workflow_name, name, workflow(workflow_name)["jobs"][name])


def composite_steps() -> list[dict[str, Any]]:
    """The steps of the shared action."""
    return list(yaml.safe_load(COMPOSITE.read_text())["runs"]["steps"])


def commands() -> Iterator[tuple[str, str]]:
    """Every `run:`, with where it stands."""
    for found in jobs():
        yield from ((str(found), step["run"]) for step in found.steps if "run" in step)
    yield from (("setup", step["run"]) for step in composite_steps() if "run" in step)


def words(command: str) -> list[str]:
    """A command's words, with a variable's name for its value."""
    return shlex.split(_PLACE.sub(r"\1", command))


def secrets_of(data: Any) -> set[str]:
    """Names of the secrets that any text within asks for."""
    return set(re.findall(r"secrets\.([A-Za-z_]+)", yaml.safe_dump(data, width=10_000)))
