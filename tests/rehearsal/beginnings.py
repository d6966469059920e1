"""How a story begins: the states that are made once, and copies of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rehearsal.act import Machine
from rehearsal.hub import Hub
from rehearsal.project import write_project
from rehearsal.repository import Repository
from tests.rehearsal.records import note_runs
from tests.rehearsal.story import Run, Story, model, story

# learns twice as much from each tree: better, and as quick
BETTER_RATE = 0.06


@dataclass(frozen=True)
class Beginning:
    """A folder to copy; `name` is that of the story that made it, `before` how many runs there were when it began."""

    folder: Path
    name: str
    before: int = 0

    @property
    def runs(self) -> list[Run]:
        """The runs that made it, without those that nothing was for."""
        return [run for run in Hub(self.folder / "hub").runs()[self.before :] if run["conclusion"] != "left out"]


def made(
    wanted: Beginning, tell: Callable[[Story], object], machine: Machine, of: Beginning | None = None
) -> Beginning:
    """Make a beginning unless it is there; it appears whole or not at all."""
    if not wanted.folder.exists():
        part = wanted.folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        if of is not None:
            copied(of.folder, part)
        with story(part, machine) as told:
            tell(told)
        part.rename(wanted.folder)
    note_runs(wanted.name, Hub(wanted.folder / "hub"), wanted.before)
    return wanted


def first_push(told: Story) -> list[Run]:
    """The project is pushed to an empty repository. No image is wanted yet."""
    Repository(told.hub.repository).make()
    person = told.clone("first")
    write_project(person.folder)
    person.commit("Start")
    person.push("main")
    shutil.rmtree(person.folder)
    return told.without("ci.yml").with_settings(variables={"RATCHET_IMAGE_REPOSITORY": None}).github.pushed("main")


def improvement(told: Story) -> list[Run]:
    """A better model is pushed to main."""
    return told.without("ci.yml").push(model(learning_rate=BETTER_RATE), "Learn faster")


def copied(source: Path, target: Path) -> None:
    """Copy a state. What is large and never written again (packages of an environment, layers of images) is linked.

    Working trees of commits are left behind: they point to the repository that they came from.
    """
    left = {source: ["machine", "asking"], source / "hub": ["sources"]}
    shutil.copytree(
        source,
        target,
        symlinks=True,
        copy_function=_copy,
        dirs_exist_ok=True,
        ignore=lambda folder, _: left.get(Path(folder), []),
    )


def _copy(source: str, target: str) -> None:
    path = Path(source)
    if ("caches" in path.parts and "lib" in path.parts) or (path.name == "data" and "blobs" in path.parts):
        os.link(source, target)
    else:
        shutil.copy2(source, target)
