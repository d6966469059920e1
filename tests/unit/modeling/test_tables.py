"""Rows as files: equal rows are equal bytes, and what is not whole is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.modeling.tables import read_table, write_table
from modelratchet.storage.files import digest_file
from tests.samples.rows import rows


def test_equal_rows_give_equal_bytes_whatever_their_index(tmp_path: Path) -> None:
    frame = rows()
    write_table(tmp_path / "a.parquet", frame)
    write_table(tmp_path / "b.parquet", frame.set_index(pd.RangeIndex(5, 45)).copy())

    assert digest_file(tmp_path / "a.parquet") == digest_file(tmp_path / "b.parquet")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_table(tmp_path / "a.parquet", rows())

    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet"), rows().astype({"at": "datetime64[us]"}))


def test_cut_file_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(path, rows())
    path.write_bytes(path.read_bytes()[:200])

    with pytest.raises(EvidenceError, match="not whole"):
        read_table(path)


def test_missing_file_is_missing_evidence(tmp_path: Path) -> None:
    with pytest.raises(MissingEvidenceError):
        read_table(tmp_path / "a.parquet")
