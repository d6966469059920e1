"""The pipeline's files agree with each other."""

from __future__ import annotations

import pytest

from modelratchet.storage.code import RUNTIME
from modelratchet.wiring.guard import SETTINGS
from tests.architecture.stage_sources import ROOT, Entry, listed, reached, stages


@pytest.fixture(scope="module")
def right() -> dict[str, Entry]:
    return reached()


@pytest.mark.parametrize("entry", [*stages(), RUNTIME, SETTINGS])
def test_entry_lists_exactly_the_modules_packages_and_files_it_reaches(entry: str, right: dict[str, Entry]) -> None:
    assert listed()[entry] == right[entry], "run `make stage-deps`"


def test_nothing_else_is_listed() -> None:
    assert set(listed()) == {*stages(), RUNTIME, SETTINGS}


@pytest.mark.parametrize("stage", [name for name, stage in stages().items() if not stage.get("always_changed")])
def test_stage_depends_on_the_digest_of_its_sources(stage: str) -> None:
    assert f"data/code/{stage}.json" in stages()[stage]["deps"]


def test_every_stage_is_a_module_of_its_name_and_no_module_is_left_over() -> None:
    modules = {path.stem for path in (ROOT / "pipeline").glob("*.py")} - {"__init__", "project"}

    assert set(stages()) == modules
    assert all(stage["cmd"] == f"exec python -m pipeline.{name}" for name, stage in stages().items())


@pytest.mark.parametrize("stage", list(stages()))
def test_stage_file_stays_within_40_lines(stage: str) -> None:
    assert len((ROOT / "pipeline" / f"{stage}.py").read_text().splitlines()) <= 40
