"""What the tests of the rehearsal share: a small hub for the stand-ins, and for the stories two states of a project to start from.

The states are made once a session, by the first two stories; every other story gets a copy of one. What each run took is left in .ratchet/rehearsal.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rehearsal.act import Machine, find_act
from rehearsal.hub import Hub
from tests.rehearsal.beginnings import Beginning, copied, first_push, improvement, made
from tests.rehearsal.records import RECORDS, note_runs
from tests.rehearsal.small_hub import SmallHub, small_hub
from tests.rehearsal.story import Story, story

KEEP = "REHEARSAL_BEGINNINGS"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whether every step was exercised is asked last."""
    items.sort(key=lambda item: item.path.name == "test_every_step.py")


@pytest.fixture
def small(tmp_path: Path) -> SmallHub:
    """A hub with an empty repository."""
    return small_hub(tmp_path)


@pytest.fixture(scope="session")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the states are made. A folder that REHEARSAL_BEGINNINGS names is kept, and its states are not made again: for whoever works on a story."""
    kept = os.environ.get(KEEP)
    return Path(kept) if kept else tmp_path_factory.mktemp("beginnings")


@pytest.fixture(scope="session")
def machine(beginnings: Path) -> Machine:
    """This machine as a hosted runner; skips where act is not installed."""
    try:
        program = find_act()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    if KEEP not in os.environ:
        shutil.rmtree(RECORDS, ignore_errors=True)
    return Machine(program, beginnings / "machine")


@pytest.fixture(scope="session")
def begun(beginnings: Path, machine: Machine) -> Beginning:
    """Main was pushed for the first time: version 1 reigns, environment, data and standing are cached."""
    return made(Beginning(beginnings / "begun", "first_push"), first_push, machine)


@pytest.fixture(scope="session")
def improved(beginnings: Path, machine: Machine, begun: Beginning) -> Beginning:
    """A better model was pushed to main: version 2 reigns, its image is in the registry."""
    wanted = Beginning(beginnings / "improved", "improvement", before=len(begun.runs))
    return made(wanted, improvement, machine, of=begun)


@pytest.fixture
def from_begun(begun: Beginning, machine: Machine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Story]:
    """A story that begins where version 1 reigns."""
    with _told(begun, machine, tmp_path / "story", request.node.name) as told:
        yield told


@pytest.fixture
def from_improved(
    improved: Beginning, machine: Machine, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Story]:
    """A story that begins where version 2 reigns and has an image."""
    with _told(improved, machine, tmp_path / "story", request.node.name) as told:
        yield told


@contextmanager
def _told(beginning: Beginning, machine: Machine, folder: Path, name: str) -> Iterator[Story]:
    copied(beginning.folder, folder)
    before = len(Hub(folder / "hub").runs())
    try:
        with story(folder, machine) as told:
            yield told
            note_runs(name.removeprefix("test_"), told.hub, before)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
