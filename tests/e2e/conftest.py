"""Projects that the end-to-end tests run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interrupts import hear_interrupts
from tests.samples.projects import Project, make_project, small_flights

__all__ = ["finished_flights", "flights", "hear_interrupts"]


@pytest.fixture(scope="session")
def finished_flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has run once; copy it before changing it."""
    project = make_project(tmp_path_factory.mktemp("flights") / "project")
    small_flights(project)
    project.commit("Make it small")
    project.ran()
    return project.folder


@pytest.fixture
def flights(finished_flights: Path, tmp_path: Path) -> Project:
    """A copy of the project that has run once, its own to change."""
    import shutil

    shutil.copytree(finished_flights, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")
