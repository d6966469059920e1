"""Every kind of place that a log may lie in keeps the same promises."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from modelratchet.errors import ConfigError, StorageError
from modelratchet.storage.log_stores import LocalStore, LogStore, open_store

PLACES: dict[str, Callable[[Path], str]] = {
    "a path": str,
    "a file address": lambda folder: f"file://{folder}",
    "an object store": lambda folder: f"memory://{uuid.uuid4()}",
    "another file system of fsspec": lambda folder: f"local://{folder}",
}


@pytest.fixture(params=PLACES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LogStore:
    return open_store(PLACES[request.param](tmp_path / "log"))


def test_a_file_is_read_as_it_was_put(store: LogStore) -> None:
    store.put("date=2026-11-24/hour=10/w-000000.parquet", b"rows")

    assert store.read("date=2026-11-24/hour=10/w-000000.parquet") == b"rows"
    assert store.names("date=2026-11-24/hour=10") == ["w-000000.parquet"]
    assert store.names("date=2026-11-24") == ["hour=10"]
    assert store.names("") == ["date=2026-11-24"]


def test_a_second_put_replaces_the_first(store: LogStore) -> None:
    store.put("folder/name", b"longer than what follows")
    store.put("folder/name", b"short")

    assert (store.read("folder/name"), store.names("folder")) == (b"short", ["name"])


def test_what_is_not_there_is_said_to_be_so(store: LogStore) -> None:
    assert store.names("nowhere") == []
    with pytest.raises(FileNotFoundError):
        store.read("nowhere/name")


def test_a_removed_file_is_gone_and_removing_it_again_is_no_fault(store: LogStore) -> None:
    store.put("folder/name", b"rows")
    store.remove("folder/name")
    store.remove("folder/name")

    assert store.names("folder") == []


def test_a_file_that_another_process_put_is_seen_at_once(tmp_path: Path) -> None:
    ours, theirs = open_store(f"local://{tmp_path}"), LocalStore(tmp_path)
    ours.put("folder/ours", b"")
    assert ours.names("folder") == ["ours"]
    theirs.put("folder/theirs", b"")

    assert ours.names("folder") == ["ours", "theirs"]


def test_a_place_that_cannot_be_written_is_a_fault_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="could not be written"):
        LocalStore(tmp_path / "file").put("folder/name", b"rows")


@pytest.mark.parametrize(("url", "said"), [("gs://bucket/log", "gcsfs"), ("foo://bucket/log", "Protocol not known")])
def test_a_kind_of_store_that_is_not_reached_here_is_a_fault_of_the_settings(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        open_store(url)
