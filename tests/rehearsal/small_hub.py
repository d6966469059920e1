"""A hub with a repository of a few files, for tests of one stand-in or one rule: a workflow is written down in the test and really run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from rehearsal.act import Machine, find_act
from rehearsal.events import push_event
from rehearsal.github import Github, Settings
from rehearsal.hub import Hub
from rehearsal.repository import Clone, Repository
from rehearsal.run_records import read_log

SHA = "a" * 40


@dataclass(frozen=True)
class SmallHub:
    """A repository with one clone; `push` commits files and delivers the push."""

    github: Github
    clone: Clone

    @property
    def hub(self) -> Hub:
        return self.github.hub

    def write(self, files: Mapping[str, str], branch: str = "main") -> str:
        """Commit files and push them, and tell nobody."""
        for name, text in files.items():
            path = self.clone.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.clone.commit(f"Write {', '.join(files)}")
        return self.clone.push(branch)

    def push(self, files: Mapping[str, str], branch: str = "main") -> list[dict[str, Any]]:
        """Commit files, push them, and run what that starts."""
        self.write(files, branch)
        return self.github.pushed(branch)

    def run(self, steps: str, **more: str) -> dict[str, Any]:
        """Run one job of these steps on a push to main; its run."""
        (found,) = self.push({".github/workflows/one.yml": one_job(steps, **more)})
        return found

    def again(self) -> dict[str, Any]:
        """Run what main has once more."""
        (found,) = self.github.deliver(push_event("main", (SHA, self.github.repository.tip("main")), ()))
        return found

    def said(self, run: Mapping[str, Any]) -> str:
        """All that the steps of a run printed."""
        return "\n".join(str(said["msg"]) for said in read_log(self.hub.run_folder(run["id"]) / "log.jsonl"))


def small_hub(folder: Path) -> SmallHub:
    """Make one."""
    hub = Hub(folder / "hub")
    Repository(hub.repository).make()
    github = Github(hub, Machine(find_act(), folder / "machine"), Settings())
    return SmallHub(github, Clone.of(hub.repository, folder / "clone"))


def with_settings(small: SmallHub, settings: Settings) -> SmallHub:
    """The same hub with other settings."""
    return replace(small, github=replace(small.github, settings=settings))


def one_job(steps: str, permissions: str = "{contents: read}", on: str = "push", name: str = "one") -> str:
    """A workflow of one job. `{sha}` in the steps stands for a commit of the action."""
    listed = indent(dedent(steps).strip().replace("{sha}", SHA), " " * 6)
    return f"""\
name: {name}
on: {on}
permissions: {permissions}
jobs:
  only:
    runs-on: ubuntu-24.04
    steps:
{listed}
"""


def results(run: Mapping[str, Any]) -> list[str]:
    """Results of the steps of a run's only job."""
    return [step["result"] for step in run["jobs"][0]["steps"]]
