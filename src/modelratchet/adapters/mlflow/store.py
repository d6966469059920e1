"""The store's one initialisation, and the client that talks to it. Everything that reaches MLflow comes through `connect`.

Two processes that open a fresh SQLite file with MLflow at once break it, sometimes for ever. So a new database is made
under a lock and a temporary name, and appears under its own name when it is whole.

MLflow stores absolute paths of artifacts. A project folder that was moved or copied would go on reading and
writing the old place; so each opening compares, and moves the paths along (`_follow_move`).
"""

from __future__ import annotations

import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from modelratchet.adapters.mlflow.address import ARTIFACTS_FOLDER, StoreAddress, prepare_environment
from modelratchet.adapters.mlflow.errors import translated
from modelratchet.errors import ConfigError, TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

LOCK_SECONDS = 120

# Every column in which MLflow keeps the place of an artifact.
_PATH_COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def connect(address: StoreAddress) -> MlflowClient:
    """Initialise the store if it is new, and give a client.

    Raises:
        TrackingError: the store cannot be opened now.
        ConfigError: it was made by another release of MLflow, or was never initialised.
    """
    init_store(address)
    with translated(address, "be opened"):
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=address.uri, registry_uri=address.uri)


def init_store(address: StoreAddress) -> None:
    """Make the store, unless it is there. Any number of processes may call this at once.

    A server initialises itself. A database other than SQLite must have been initialised once by `mlflow db upgrade`.

    Raises:
        TrackingError: the store cannot be made or opened now.
        ConfigError: a database is there but empty, and is not ours to fill.
    """
    prepare_environment()
    if address.artifact_root:
        # MLflow would otherwise name ./mlruns in every store it opens, whatever the working folder, or the place of the store opened before
        os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = address.artifact_root
    if address.database is not None:
        _init_sqlite(address, address.database)
    elif not address.is_server:
        _require_tables(address)


def _init_sqlite(address: StoreAddress, database: Path) -> None:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{database}.lock", timeout=LOCK_SECONDS):
            if not _has_tables(database):
                _make_sqlite(address, database)
            _follow_move(database)
    except Timeout as error:
        raise TrackingError(
            f"{database}.lock is held by another process for {LOCK_SECONDS} s",
            hint="Wait for it, or end it, and run again.",
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise TrackingError(
            f"{database} could not be opened: {error}", hint="Check its permissions and the disk's free space."
        ) from error


def _make_sqlite(address: StoreAddress, database: Path) -> None:
    with tempfile.TemporaryDirectory(dir=database.parent, prefix=f".{database.name}.") as folder:
        staging = Path(folder) / database.name
        with translated(address, "be initialised"):
            from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

            # some eighty migrations report themselves
            logging.getLogger("alembic").setLevel(logging.WARNING)
            logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
            with _one_sync(staging):
                SqlAlchemyStore(f"sqlite:///{staging}", address.artifact_root).engine.dispose()
        staging.replace(database)


@contextmanager
def _one_sync(staging: Path) -> Iterator[None]:
    """Let SQLite wait for the disk once, at the end: nobody sees the file before it has its name.

    MLflow's eighty migrations wait once each, which takes most of the time of a first use.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def relax(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=MEMORY")

    event.listen(Engine, "connect", relax)
    try:
        yield
    finally:
        event.remove(Engine, "connect", relax)
    with staging.open("rb+") as file:
        os.fsync(file.fileno())


def _has_tables(database: Path) -> bool:
    if not database.exists() or database.stat().st_size == 0:
        return False
    # not read-only: a writer that was killed in a commit leaves a journal, and who opens the file next has to undo it
    with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=20)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "alembic_version" not in tables:
        raise ConfigError(
            "MLFLOW_TRACKING_URI",
            [f"{database} holds tables of something else: {', '.join(sorted(tables)[:5])}"],
            hint="Name a store of MLflow's, or a file that is not there yet. Nothing was changed.",
        )
    return bool(tables)


def _follow_move(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        known = connection.execute("SELECT artifact_location FROM experiments WHERE experiment_id = 0").fetchone()
        old = str(Path(known[0].removeprefix("file://")).parent) if known and known[0] else ""
        new = str(database.parent / ARTIFACTS_FOLDER)
        # only a store of ours: its default experiment lies in a folder of that name
        if old == new or Path(old).name != ARTIFACTS_FOLDER:
            return
        with connection:
            for table, column in _PATH_COLUMNS:
                for prefix in ("", "file://"):
                    before, after = f"{prefix}{old}/", f"{prefix}{new}/"
                    connection.execute(
                        f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",  # noqa: S608
                        (after, len(before) + 1, len(before), before),
                    )


def _require_tables(address: StoreAddress) -> None:
    with translated(address, "be opened"):
        import sqlalchemy

        engine = sqlalchemy.create_engine(address.uri)
        try:
            ready = sqlalchemy.inspect(engine).has_table("alembic_version")
        finally:
            engine.dispose()
    if not ready:
        raise ConfigError(
            "MLFLOW_TRACKING_URI",
            [
                f"the database {address.shown} holds no MLflow tables yet; processes that make them at once break each other"
            ],
            hint="Run `mlflow db upgrade` with its address once, from one place.",
        )
