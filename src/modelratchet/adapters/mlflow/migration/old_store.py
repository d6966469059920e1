"""The port `OldStore`: one moment of a SQLite store, copied aside, so that others may go on writing and are noticed."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translated
from modelratchet.adapters.mlflow.migration.places import PATH_COLUMNS, Place, Places, is_address, local_path
from modelratchet.adapters.mlflow.migration.reaching import reaching
from modelratchet.adapters.mlflow.migration.rows import Column, RowsDigest, faults_of
from modelratchet.adapters.mlflow.migration.tables import Tables, revision
from modelratchet.adapters.mlflow.probe import store_stamp
from modelratchet.adapters.mlflow.runs import NOTE_TAG
from modelratchet.adapters.mlflow.store import connect
from modelratchet.adapters.mlflow.versions import DESCRIPTION_CHARACTERS, described
from modelratchet.errors import InputError, TrackingError
from modelratchet.usecases.ports.migration import Contents, FileGroup

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WAIT_SECONDS = 20


class SqliteStore:
    """One moment of a store. `root` is what stands before an experiment's number in the new addresses."""

    def __init__(self, address: StoreAddress, copy: Path, stamp: str, root: str) -> None:
        """Take the store, its copy, and how it looked when that was made; use `opened`."""
        from sqlalchemy import create_engine

        self._address, self._copy, self._stamp, self._root = address, copy, stamp, root
        self._connection: Connection = create_engine(f"sqlite:///{copy}").connect()
        self._tables = Tables(self._connection)

    @property
    def shown(self) -> str:
        """Its address."""
        return self._address.shown

    @property
    def revision(self) -> str | None:
        """Which release of MLflow made it."""
        return revision(self._connection)

    def close(self) -> None:
        """Let the copy go."""
        self._connection.engine.dispose()
        self._connection.close()

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table."""
        return self._tables.columns(table)

    def rows(self, table: str) -> Iterator[tuple[object, ...]]:
        """A table's rows, with the new addresses, and no description longer than PostgreSQL holds whose whole text is a run's note."""
        columns = self.columns(table)
        for row in self._raw(table):
            named = dict(zip(columns, row, strict=True))
            if table == "model_versions" and named["description"] in self._long_notes:
                named["description"] = described(str(named["description"]))
            yield tuple(
                self._places.moved(value) if isinstance(value, str) and is_address(table, name, named) else value
                for name, value in named.items()
            )

    def contents(self) -> Contents:
        """All rows, by table and as one digest."""
        digest = RowsDigest()
        counts: dict[str, int] = {}
        for table in self._tables.all:
            counts[table] = 0
            for row in self.rows(table):
                digest.add(table, self.columns(table), row)
                counts[table] += 1
        return Contents(counts, digest.value)

    def faults(self) -> Sequence[str]:
        """What PostgreSQL or the server could not hold, and files that no row would find again."""
        return [*self._orphans(), *self._unfit(), *self._lost_places(), *self._stray_files()]

    def groups(self) -> Sequence[FileGroup]:
        """A run's files each; an experiment without files has none."""
        found = []
        for place in self._local_places:
            folder = Path(place.old)
            below = sorted(folder.iterdir()) if folder.is_dir() else []
            found += [_group(f"{place.number}/{child.name}", child) for child in below if child.is_dir()]
        return [group for group in found if group.n_files]

    @contextmanager
    def sealed(self) -> Iterator[None]:
        """Hold SQLite's lock, under which nobody else can write."""
        database = self._address.database or Path()
        with closing(sqlite3.connect(database, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise TrackingError(
                    f"{self.shown} is being written to: {error}", hint="Wait until no run records, then run it again."
                ) from error
            if store_stamp(self._address, "") != self._stamp:
                raise TrackingError(
                    f"{self.shown} was written to while it was copied; nothing appeared in the new store",
                    hint="Run the same command again when nobody records: what was sent is not sent again.",
                )
            yield
            connection.execute("ROLLBACK")

    @cached_property
    def _long_notes(self) -> frozenset[object]:
        """Notes of runs that are longer than a description may be: releases that knew SQLite alone wrote them into both."""
        columns = self.columns("tags")
        key, value = columns.index("key"), columns.index("value")
        notes = (row[value] for row in self._raw("tags") if row[key] == NOTE_TAG)
        return frozenset(note for note in notes if len(str(note)) > DESCRIPTION_CHARACTERS)

    @cached_property
    def _places(self) -> Places:
        return Places(self._local_places)

    @cached_property
    def _local_places(self) -> tuple[Place, ...]:
        columns = self.columns("experiments")
        number, location = columns.index("experiment_id"), columns.index("artifact_location")
        named = [(str(row[number]), local_path(str(row[location] or ""))) for row in self._raw("experiments")]
        # the same folder under two experiments is copied once
        first: dict[PurePosixPath, str] = {}
        for experiment, path in sorted(named, key=lambda item: int(item[0])):
            if path is not None:
                first.setdefault(path, experiment)
        return tuple(Place(experiment, path, f"{self._root}/{experiment}") for path, experiment in first.items())

    def _raw(self, table: str) -> Iterator[tuple[object, ...]]:
        with reaching(self.shown, f"hand over its table {table}"):
            yield from self._tables.rows(self._connection, table)

    def _unfit(self) -> Iterator[str]:
        for name, table in self._tables.all.items():
            columns = [
                Column(name, column.name, type(column.type).__name__, getattr(column.type, "length", None))
                for column in table.columns
            ]
            for row in self.rows(name):
                yield from faults_of(columns, row)

    def _lost_places(self) -> Iterator[str]:
        """Of the old addresses: a folder among the new ones is where the server will look."""
        for table in sorted(PATH_COLUMNS.keys() & self._tables.all.keys()):
            for row in self._raw(table):
                yield from self._lost(table, dict(zip(self.columns(table), row, strict=True)))

    def _lost(self, table: str, row: Mapping[str, object]) -> Iterator[str]:
        for name, value in row.items():
            path = local_path(value) if isinstance(value, str) and is_address(table, name, row) else None
            if path is None:
                continue
            if self._places.is_lost(str(value)):
                yield f"{table}.{name} names {value}, which lies in no experiment's folder"
            elif table == "model_versions" and not Path(path).exists():
                # as in a database that was copied without the folder beside it
                yield f"{table}.{name} names {value}, which is not there"

    def _orphans(self) -> Iterator[str]:
        with closing(sqlite3.connect(self._copy)) as connection:
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
                yield f"row {row} of {table} belongs to a row of {parent} that is gone"

    def _stray_files(self) -> Iterator[str]:
        for place in self._local_places:
            folder = Path(place.old)
            for child in sorted(folder.iterdir()) if folder.is_dir() else []:
                if not child.is_dir():
                    yield f"{child} lies in no run's folder"
                yield from (
                    f"{path} is a link to a folder" for path in child.rglob("*") if path.is_symlink() and path.is_dir()
                )


@contextmanager
def opened(address: StoreAddress, root: str) -> Iterator[SqliteStore]:
    """Copy a moment of a store aside for as long as the block runs.

    Args:
        address: of a SQLite file.
        root: what stands before an experiment's number in the new addresses.

    Raises:
        InputError: there is no such store.
        ConfigError: it was made by another release of MLflow.
        TrackingError, StorageError: it cannot be read, or there is no room for a copy.
    """
    if address.database is None or address.is_absent:
        raise InputError(
            f"there is no SQLite store at {address.shown}",
            hint="Run this in the project's folder, or name the file: --from FILE.",
        )
    client = connect(address)
    with translated(address, "be opened"):
        client.search_experiments(max_results=1)
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        stamp = store_stamp(address, "")
        copy = Path(folder) / "moment.db"
        with reaching(address.shown, "be copied"):
            _copy_database(address.database, copy)
        store = SqliteStore(address, copy, stamp, root)
        try:
            yield store
        finally:
            store.close()


def _copy_database(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database, timeout=_WAIT_SECONDS)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _group(name: str, folder: Path) -> FileGroup:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return FileGroup(name, folder, len(sizes), sum(sizes))
