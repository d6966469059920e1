"""A stage refuses inputs that are not the bytes its predecessors wrote, though DVC calls them up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from modelratchet.adapters.dvc_inputs import cache_object, md5_of, require_recorded_inputs
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError

pytestmark = pytest.mark.integration

PIPELINE = """
stages:
  make:
    cmd: mkdir -p made/deep && echo one > made/one.txt && echo zwei > made/deep/ü.txt && echo rows > rows.txt
    outs: [made, rows.txt]
  use:
    cmd: cat rows.txt made/one.txt > used.txt
    deps: [made, rows.txt, by-hand.txt]
    outs: [used.txt]
  use_one:
    cmd: cat made/one.txt > one.txt
    deps: [made/one.txt]
    outs: [one.txt]
"""


def dvc(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pipeline")
    dvc(folder, "init", "-q", "--no-scm")
    (folder / "dvc.yaml").write_text(PIPELINE)
    (folder / "by-hand.txt").write_text("mine")
    dvc(folder, "repro", "-q")
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of the pipeline that ran, so that each test spoils its own."""
    subprocess.run(["cp", "-a", f"{made}/.", str(tmp_path)], check=True)
    return tmp_path


def test_inputs_as_dvc_recorded_them_are_taken(project: Path) -> None:
    require_recorded_inputs(project, "use")
    require_recorded_inputs(project, "make")


def test_a_file_that_no_stage_wrote_may_change(project: Path) -> None:
    (project / "by-hand.txt").write_text("other")

    require_recorded_inputs(project, "use")


def test_a_corrupted_cache_object_that_dvc_checks_out_is_found(project: Path) -> None:
    spoilt = project / cache_object(md5_of(project / "rows.txt"))
    spoilt.chmod(0o644)
    spoilt.write_bytes(b"rowz\n")
    spoilt.chmod(0o444)  # as a disk's fault leaves it; one that can be written is hashed again by DVC itself
    (project / "rows.txt").unlink()
    dvc(project, "checkout", "-q", "rows.txt")
    assert "up to date" in dvc(project, "status")

    with pytest.raises(DigestError, match=r"rows\.txt is not what `make` wrote"):
        require_recorded_inputs(project, "use")


def test_doing_what_the_hint_says_mends_it(project: Path) -> None:
    spoilt = project / cache_object(md5_of(project / "rows.txt"))
    spoilt.chmod(0o644)
    (project / "rows.txt").write_bytes(b"rowz\n")
    with pytest.raises(DigestError) as caught:
        require_recorded_inputs(project, "use")
    assert str(spoilt.relative_to(project)) in caught.value.hint

    spoilt.unlink()
    (project / "rows.txt").unlink()
    dvc(project, "repro", "-q")

    require_recorded_inputs(project, "use")


@pytest.mark.parametrize("change", ["edit", "add", "delete"])
def test_a_changed_folder_is_found(project: Path, change: str) -> None:
    if change == "edit":
        (project / "made/deep/ü.txt").write_text("drei\n")
    elif change == "add":
        (project / "made/more.txt").write_text("")
    else:
        (project / "made/one.txt").unlink()

    with pytest.raises(DigestError, match="made is not what `make` wrote"):
        require_recorded_inputs(project, "use")


@pytest.mark.parametrize("changed", ["made/one.txt", "made/deep/ü.txt"])
def test_an_input_in_a_folder_is_held_with_all_of_the_folder(project: Path, changed: str) -> None:
    require_recorded_inputs(project, "use_one")
    (project / changed).write_text("drei\n")

    with pytest.raises(DigestError, match="made is not what `make` wrote"):
        require_recorded_inputs(project, "use_one")


def test_a_missing_file_of_a_folder_is_found(project: Path) -> None:
    (project / "made/one.txt").unlink()

    with pytest.raises(DigestError, match="made is not what `make` wrote"):
        require_recorded_inputs(project, "use_one")


def test_a_folder_whose_name_begins_like_an_output_is_another(project: Path) -> None:
    (project / "dvc.yaml").write_text(PIPELINE.replace("made/one.txt]", "made-by-hand/one.txt]"))
    (project / "made/one.txt").write_text("drei\n")

    require_recorded_inputs(project, "use_one")


def test_a_missing_input_is_said(project: Path) -> None:
    (project / "rows.txt").unlink()

    with pytest.raises(MissingEvidenceError, match=r"rows\.txt is not there, which `make` wrote"):
        require_recorded_inputs(project, "use")


def test_a_lock_that_cannot_be_read_is_no_proof(project: Path) -> None:
    (project / "dvc.lock").write_text("stages: [")

    with pytest.raises(EvidenceError, match=r"dvc\.lock is not YAML"):
        require_recorded_inputs(project, "use")


def test_before_the_first_run_there_is_nothing_to_compare(project: Path) -> None:
    (project / "dvc.lock").unlink()

    require_recorded_inputs(project, "use")
