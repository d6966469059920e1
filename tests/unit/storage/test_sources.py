"""Which files a path means, and what is said when there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.errors import DataError
from modelratchet.storage.sources import source_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("2023/sales.csv", "2024/sales.csv", "2024/sales[1].csv", "2024/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2024/sales.csv", ["2024/sales.csv"]),
        ("2024/sales[1].csv", ["2024/sales[1].csv"]),
        ("*/sales.csv", ["2023/sales.csv", "2024/sales.csv"]),
        ("**/*.csv", ["2023/sales.csv", "2024/sales.csv", "2024/sales[1].csv"]),
    ],
)
def test_path_or_glob_names_files_in_order(folder: Path, path: str, expected: list[str]) -> None:
    found = source_files(str(folder / path))

    assert [str(file.relative_to(folder)) for file in found] == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2024/sale.csv", "nearest in {folder}/2024: sales.csv"),
        ("2042/sales.csv", "nearest in {folder}: 2024"),
        ("2024/*.parquet", "4 files, none like it|{folder}/2024 has 3 files|nearest in {folder}/2024"),
        ("2024", "is a folder"),
    ],
)
def test_missing_file_is_told_with_the_nearest_names(folder: Path, path: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        source_files(str(folder / path))

    assert any(part.format(folder=folder) in caught.value.message for part in expected.split("|"))
