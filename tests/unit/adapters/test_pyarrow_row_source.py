"""CSV and Parquet files as rows, and what is said of files that are broken."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from modelratchet.adapters.pyarrow_row_source import CsvRowSource, ParquetRowSource
from modelratchet.errors import DataError
from modelratchet.storage.sources import SourceFile
from modelratchet.usecases.ports import SourceRows


def csv_rows(folder: Path, *contents: bytes, suffix: str = ".csv") -> SourceRows:
    files = []
    for number, content in enumerate(contents):
        path = folder / f"part-{number}{suffix}"
        path.write_bytes(content)
        files.append(SourceFile(path, path.name))
    return CsvRowSource(files).read(["a", "b"])


def test_csv_values_stay_the_text_they_are(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, b"a,b,c\n007,1.50,x\nNA,,y\n").frame

    assert found.fillna("missing").to_dict("list") == {"a": ["007", "missing"], "b": ["1.50", "missing"]}


def test_all_names_are_told_and_only_wanted_columns_read(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, b"c,b\n1,2\n")

    assert found.names == ("c", "b")
    assert list(found.frame.columns) == ["b"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbfa,b\n1,2\n", id="byte-order mark"),
        pytest.param(b"a,b\r\n1,2\r\n", id="line ends of Windows"),
        pytest.param(b"a,b\n1,2", id="no last line end"),
        pytest.param(b'a,b\n"1",2\n', id="quotes"),
        pytest.param(b"a,b\n1,2\n\n", id="an empty line at the end"),
    ],
)
def test_harmless_varieties_of_csv_are_read_alike(tmp_path: Path, content: bytes) -> None:
    assert csv_rows(tmp_path, content).frame.to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_packed_csv_is_unpacked(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, gzip.compress(b"a,b\n1,2\n"), suffix=".csv.gz")

    assert found.frame.to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_line_end_within_quotes_is_part_of_the_value(tmp_path: Path) -> None:
    assert csv_rows(tmp_path, b'a,b\n"x\ny",2\n').frame["a"].tolist() == ["x\ny"]


def test_files_of_a_glob_follow_each_other_whatever_their_order_of_columns(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, b"a,b\n1,2\n", b"b,a\n4,3\n")

    assert found.frame.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}


BROKEN_CSV = {
    "empty": ([b""], "part-0.csv is empty (0 bytes)"),
    "too few fields": ([b"a,b\n1,2\n3\n"], "part-0.csv: line 3 has 1 field, expected 2 as in the header: '3'"),
    "too many fields": ([b"a,b\n1,2\n3,4,5\n"], "line 3 has 3 fields, expected 2"),
    "after a value of two lines": ([b'a,b\n"x\ny",2\n3\n'], "line 4 has 1 field, expected 2"),
    "bytes": ([b"a,b\n1,2\n\xff,2\n"], "line 3 is not UTF-8 (byte 0xff at place 1)"),
    "an open quote": ([b'a,b\n1,2\n"3,4\n5,6\n'], "the quote that opens in line 3 is never closed"),
    "doubled name": ([b"a,b,a\n1,2,3\n"], "the header names a more than once"),
    "columns lacking": ([b"a,b\n1,2\n", b"a,c\n1,2\n"], "part-1.csv lacks b and has c besides, compared with part-0"),
    "a fault in the second": ([b"a,b\n1,2\n", b"a,b\n1\n"], "part-1.csv: line 2 has 1 field"),
}


@pytest.mark.parametrize(("contents", "expected"), BROKEN_CSV.values(), ids=list(BROKEN_CSV))
def test_broken_csv_is_refused_with_its_line(tmp_path: Path, contents: list[bytes], expected: str) -> None:
    with pytest.raises(DataError) as caught:
        csv_rows(tmp_path, *contents)

    assert expected in caught.value.message
    assert caught.value.hint


def test_damaged_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be unpacked"):
        csv_rows(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 5000)[:60], suffix=".csv.gz")


def test_header_without_rows_gives_no_rows(tmp_path: Path) -> None:
    assert len(csv_rows(tmp_path, b"a,b\n").frame) == 0


def parquet_file(path: Path, **columns: list[object]) -> SourceFile:
    pd.DataFrame(columns).to_parquet(path)
    return SourceFile(path, path.name)


def test_parquet_keeps_types(tmp_path: Path) -> None:
    file = parquet_file(tmp_path / "a.parquet", a=[1, 2], b=["x", None], c=[0.5, 1.5])

    found = ParquetRowSource([file]).read(["a", "b"])

    assert found.names == ("a", "b", "c")
    assert found.frame["a"].tolist() == [1, 2]


def test_parquet_of_other_columns_is_refused(tmp_path: Path) -> None:
    files = [parquet_file(tmp_path / "a.parquet", a=[1], b=[1]), parquet_file(tmp_path / "b.parquet", a=[1])]

    with pytest.raises(DataError, match=r"b\.parquet lacks b, compared with a\.parquet"):
        ParquetRowSource(files).read(["a"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "is empty"), (b"a,b\n1,2\n", "is not Parquet"), (b"PAR1 and then nothing more of it", "cut or damaged")],
)
def test_file_that_is_no_parquet_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)

    with pytest.raises(DataError, match=expected):
        ParquetRowSource([SourceFile(path, path.name)]).read(["a"])
