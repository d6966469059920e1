"""Paths and globs of params.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.errors import DataError
from modelratchet.storage.sources import describe_source, source_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("data/b.csv", "data/a.csv", "data/deep/c.csv", "data/[x].csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("n\n1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("data/a.csv", ["data/a.csv"]),
        ("data/?.csv", ["data/a.csv", "data/b.csv"]),
        ("data/[x].csv", ["data/[x].csv"]),
        ("data/**/c*", ["data/deep/c.csv"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_files_come_sorted(pattern: str, expected: list[str]) -> None:
    assert [str(file) for file in source_files(pattern)] == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("data/aa.csv", "nearest in data: "),
        ("dat/a.csv", "nearest in this folder: data"),
        ("data/x.parquet", "data has 4 files, none like it"),
        ("data", "is a folder"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_not_there_is_named_with_what_is(pattern: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        source_files(pattern)
    assert expected in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("text", ["[]", "\udcff", '{"data/a.csv": 3}', '{"data/a.csv": []}', '{"data/a.csv": ["", 3]}'])
@pytest.mark.usefixtures("folder")
def test_a_spoilt_memory_costs_time_only(text: str) -> None:
    right = describe_source("data/a.csv", Path("fresh.json"))
    Path("known.json").write_text(text, errors="surrogateescape")

    assert describe_source("data/a.csv", Path("known.json")) == right


@pytest.mark.usefixtures("folder")
def test_a_memory_that_can_neither_be_read_nor_written_costs_time_only() -> None:
    right = describe_source("data/a.csv", Path("fresh.json"))
    Path("known.json").mkdir()

    assert describe_source("data/a.csv", Path("known.json")) == right
