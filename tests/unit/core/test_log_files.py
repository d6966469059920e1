"""Names of the prediction log's files, and which of them count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelratchet.core.log_files import LogFile, hour_folder, hour_of, parse_name, standing

WORKERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.-]{0,20}", fullmatch=True)
NUMBERS = st.integers(0, 10**7)


@given(WORKERS, NUMBERS, NUMBERS)
def test_a_name_is_read_back_as_the_file_it_names(worker: str, one: int, other: int) -> None:
    file = LogFile(worker, min(one, other), max(one, other))

    assert parse_name(file.name) == file


@pytest.mark.parametrize(
    "name",
    [
        ".w-000001.parquet.ab12.parquet",
        "w-000001.parquet.tmp",
        "w-1.parquet",
        "w.parquet",
        "-000001.parquet",
        "hour=10",
    ],
)
def test_what_is_half_written_or_foreign_is_no_file_of_the_log(name: str) -> None:
    assert parse_name(name) is None


@given(st.data(), st.integers(1, 30))
def test_each_part_is_in_exactly_one_standing_file_whatever_was_merged_and_removed(
    data: st.DataObject, count: int
) -> None:
    files = {LogFile("w", number, number) for number in range(count)}
    for _ in range(data.draw(st.integers(0, 4))):
        whole = standing(files)
        first = data.draw(st.integers(0, len(whole) - 1))
        last = data.draw(st.integers(first, len(whole) - 1))
        merged = LogFile("w", whole[first].first, whole[last].last)
        superseded = sorted(file for file in files if merged.supersedes(file))
        removed = data.draw(st.sets(st.sampled_from(superseded))) if superseded else set()
        files = (files | {merged}) - removed

    covered = [number for file in standing(files) for number in range(file.first, file.last + 1)]
    assert covered == list(range(count))


def test_workers_do_not_supersede_each_other() -> None:
    files = [LogFile("a", 0, 9), LogFile("b", 3, 3), LogFile("a-000003", 4, 4), LogFile("a", 3, 3)]

    assert set(standing(files)) == {LogFile("a", 0, 9), LogFile("b", 3, 3), LogFile("a-000003", 4, 4)}


def test_hours_are_those_of_utc() -> None:
    assert hour_folder(hour_of(1_795_514_400 * 10**9 - 1)) == "date=2026-11-24/hour=09"
    assert hour_folder(hour_of(1_795_514_400 * 10**9)) == "date=2026-11-24/hour=10"
