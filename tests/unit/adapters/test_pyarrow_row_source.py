"""CSV and Parquet files, good and bad."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from modelratchet.adapters.pyarrow_row_source import CsvRowSource, ParquetRowSource
from modelratchet.errors import DataError
from modelratchet.storage.sources import SourceFile
from modelratchet.usecases.ports.rows import SourceRows


def files(folder: Path, **contents: bytes) -> list[SourceFile]:
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [SourceFile(folder / name, name) for name in contents]


def read_csv(folder: Path, content: bytes) -> SourceRows:
    return CsvRowSource(files(folder, rows=content)).read(["a", "b"])


def test_values_stay_the_text_of_the_file(tmp_path: Path) -> None:
    found = read_csv(tmp_path, b'a,b,c\n007,1.50,x\n"x,\ny",true,z\n')
    assert found.names == ("a", "b", "c")
    assert found.frame.to_dict("list") == {"a": ["007", "x,\ny"], "b": ["1.50", "true"]}


def test_unquoted_words_for_nothing_are_missing_and_quoted_ones_are_text(tmp_path: Path) -> None:
    found = read_csv(tmp_path, b'a,b\nNA,1\n"NA",2\n,3\n')
    assert found.frame["a"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa,b\n1,2\n", b"a,b\r\n1,2\r\n", b"a,b\n\n1,2\n\n", b"a,b\n1,2"])
def test_marks_line_ends_and_blank_lines_are_no_matter(tmp_path: Path, content: bytes) -> None:
    assert read_csv(tmp_path, content).frame.to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert len(CsvRowSource([SourceFile(tmp_path / "rows.csv.gz", "rows")]).read(["a"]).frame) == 1


def test_rows_of_several_files_follow_each_other(tmp_path: Path) -> None:
    source = CsvRowSource(files(tmp_path, one=b"a,b\n1,2\n", two=b"b,a\n4,3\n"))
    assert source.read(["a", "b"]).frame.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}


BAD = {
    "empty": (b"", "rows is empty"),
    "blank": (b"\n\n", "no header line"),
    "header only, no line end": (b"a,b", "no rows"),
    "too many fields": (b'a,b\n1,2\n"q\nr",2\n1,2,3\n', "line 5 has 3 fields, expected 2"),
    "too few fields": (b"a,b\n1,2\n1\n", "line 3 has 1 field, expected 2"),
    "open quote": (b'a,b\n1,2\n3,"4\n5,6\n', "quote that opens in line 3 is never closed"),
    "not utf-8": (b"a,b\n1,2\n1,caf\xe9\n", "line 3 is not UTF-8 (byte 0xe9 at place 6)"),
    "header not utf-8": (b"a,caf\xe9\n1,2\n", "line 1 is not UTF-8"),
    "doubled name": (b"a,a\n1,2\n", "names a more than once"),
}


@pytest.mark.parametrize(("content", "expected"), BAD.values(), ids=BAD.keys())
def test_a_bad_csv_file_is_named_with_its_line(tmp_path: Path, content: bytes, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        read_csv(tmp_path, content)
    assert caught.value.message.startswith("rows")
    assert expected in caught.value.message
    assert caught.value.hint


def test_a_broken_line_far_down_is_found(tmp_path: Path) -> None:
    lines = [b"a,b", *[b"1,2"] * 300_000, b"1,2,3", *[b"1,2"] * 10]
    with pytest.raises(DataError, match="line 300002 has 3 fields"):
        read_csv(tmp_path, b"\n".join(lines))


def test_an_inch_mark_inside_a_field_is_no_open_quote(tmp_path: Path) -> None:
    assert read_csv(tmp_path, b'a,b\n5" pipe,2\n').frame["a"].tolist() == ['5" pipe']


def test_a_packed_file_that_is_cut_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1000)[:-12])
    with pytest.raises(DataError, match="rows"):
        CsvRowSource([SourceFile(tmp_path / "rows.csv.gz", "rows")]).read(["a"])


def test_files_with_other_columns_are_named(tmp_path: Path) -> None:
    source = CsvRowSource(files(tmp_path, one=b"a,b\n1,2\n", two=b"a,c\n1,2\n"))
    with pytest.raises(DataError, match="two lacks b and has c besides, compared with one"):
        source.read(["a"])


def test_parquet_keeps_its_types_and_hides_the_index(tmp_path: Path) -> None:
    path = tmp_path / "month=1" / "rows.parquet"
    path.parent.mkdir()
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=pd.Index(["p", "q"], name="i")).to_parquet(path)
    found = ParquetRowSource([SourceFile(path, "rows")]).read(["a", "i"])
    assert found.names == ("a", "b", "i")
    assert found.frame.to_dict("list") == {"a": [1, 2], "i": ["p", "q"]}


@pytest.mark.parametrize(("content", "expected"), [(b"a,b\n1,2\n", "is not Parquet"), (b"PAR1 cut", "cut or damaged")])
def test_a_bad_parquet_file_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        ParquetRowSource(files(tmp_path, rows=content)).read(["a"])
