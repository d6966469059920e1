"""Files appear whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from modelratchet.core.evidence import Evidence
from modelratchet.errors import DataError, EvidenceError, MissingEvidenceError, StorageError
from modelratchet.storage.files import read_record, replacing, write_record
from modelratchet.storage.journal import StageRun, append_stage_run, read_stage_runs
from modelratchet.storage.sources import describe_source
from tests.samples import evidence as sample


def test_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_record(tmp_path / "evidence.json", sample.evidence())

    assert read_record(tmp_path / "evidence.json", Evidence) == sample.evidence()


def test_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def write_until_full() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageError, match="No space left"):
        write_until_full()

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_and_broken_files_are_different_errors(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")

    with pytest.raises(MissingEvidenceError):
        read_record(tmp_path / "absent.json", Evidence)
    with pytest.raises(EvidenceError, match="not JSON"):
        read_record(tmp_path / "broken.json", Evidence)


def test_journal_leaves_out_a_line_that_a_kill_has_cut(tmp_path: Path) -> None:
    run = StageRun("train", 1.5, 0, "", "", did_work=True)
    append_stage_run(tmp_path / "journal", run)
    with (tmp_path / "journal").open("a") as stream:
        stream.write('{"stage": "conv')

    assert read_stage_runs(tmp_path / "journal") == (run,)


def test_source_changes_with_its_bytes_and_not_with_its_time(tmp_path: Path) -> None:
    known, file = tmp_path / "known.json", tmp_path / "a.csv"
    file.write_text("x\n1\n")
    first = describe_source(str(tmp_path / "*.csv"), known)
    file.write_text("x\n1\n")
    again = describe_source(str(tmp_path / "*.csv"), known)
    file.write_text("x\n2\n")

    assert first == again
    assert describe_source(str(tmp_path / "*.csv"), known) != first


def test_source_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "flights.csv").write_text("x\n1\n")

    with pytest.raises(DataError, match=r"flights\.csv"):
        describe_source(str(tmp_path / "flight.csv"), tmp_path / "known.json")
