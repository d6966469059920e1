"""Outputs and summaries as the runner's own reading of the files finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelratchet.adapters.github_job_outputs import SUMMARY_BYTES, GithubJobOutputs
from modelratchet.errors import InputError, StorageError


def _read(text: str) -> dict[str, str]:
    """As GitHub's runner reads the file: NAME<<END, lines, END."""
    found: dict[str, str] = {}
    lines = text.split("\n")
    while lines and lines[0]:
        name, end = lines.pop(0).split("<<", 1)
        index = lines.index(end)
        found[name], lines = "\n".join(lines[:index]), lines[index + 1 :]
    return found


def _job(folder: Path) -> GithubJobOutputs:
    return GithubJobOutputs({"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")})


def test_outputs_of_two_calls_are_all_there(tmp_path: Path) -> None:
    _job(tmp_path).tell({"version": "7", "outcome": "published"})
    _job(tmp_path).tell({"bill": ""})

    assert _read((tmp_path / "output").read_text()) == {"version": "7", "outcome": "published", "bill": ""}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_no_value_can_bring_in_another_name(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    folder = tmp_path_factory.mktemp("job")
    _job(folder).tell({"title": value, "merge": "no"})

    assert _read((folder / "output").read_text()) == {"title": value, "merge": "no"}


def test_a_value_that_looks_like_an_entry_stays_a_value(tmp_path: Path) -> None:
    value = "a\nend-0\nmerge<<end-0\nyes\nend-0"
    _job(tmp_path).tell({"title": value})

    assert _read((tmp_path / "output").read_text()) == {"title": value}


@pytest.mark.parametrize("name", ["", "a b", "a<<b", "Version", "a\n"])
def test_a_name_that_no_workflow_could_ask_for_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="outputs are named"):
        _job(tmp_path).tell({name: "1"})
    assert not (tmp_path / "output").exists()


def test_summaries_stand_below_each_other(tmp_path: Path) -> None:
    _job(tmp_path).summarize("# one")
    _job(tmp_path).summarize("# two\n\n")

    assert (tmp_path / "summary").read_text() == "# one\n# two\n"


def test_a_summary_that_github_would_drop_is_cut(tmp_path: Path) -> None:
    _job(tmp_path).summarize("é" * SUMMARY_BYTES)

    written = (tmp_path / "summary").read_bytes()
    assert len(written) <= SUMMARY_BYTES
    assert written.decode().endswith("The rest did not fit here.\n")


def test_outside_of_a_job_nothing_is_written(tmp_path: Path) -> None:
    job = GithubJobOutputs({"GITHUB_OUTPUT": ""})
    job.tell({"version": "7"})
    job.summarize("# one")

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    job = GithubJobOutputs({"GITHUB_OUTPUT": str(tmp_path)})
    with pytest.raises(StorageError, match=tmp_path.name):
        job.tell({"version": "7"})
