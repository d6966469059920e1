"""Real MLflow stores for tests: SQLite by itself, PostgreSQL, and `mlflow server` on SQLite. Each is made once a session at most."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.adapters.mlflow.server import ServerOptions, mlflow_server
from modelratchet.adapters.mlflow.store import init_store
from tests.postgres import cluster


def sqlite_store(folder: Path) -> StoreAddress:
    """The address of a SQLite store in a folder; nothing is made."""
    return read_address(folder, {})


@contextmanager
def served_store(folder: Path) -> Iterator[StoreAddress]:
    """A server that artifacts pass through, as a team's does."""
    options = ServerOptions(port=0, serves_artifacts=True, log=folder / "server.log")
    with mlflow_server(sqlite_store(folder), options) as server:
        yield read_address(folder, {"MLFLOW_TRACKING_URI": server.uri})


@contextmanager
def postgres_store(folder: Path) -> Iterator[StoreAddress]:
    """PostgreSQL without a server, its files in a folder."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with cluster() as made:
        made.run("createdb", "mlflow")
        named = {
            "MLFLOW_TRACKING_URI": made.address("mlflow"),
            "MLFLOW_DEFAULT_ARTIFACT_ROOT": str(folder / "artifacts"),
        }
        address = read_address(folder, named)
        SqlAlchemyStore(address.uri, address.artifact_root).engine.dispose()
        yield address


def empty_store(template: Path, folder: Path) -> StoreAddress:
    """A fresh SQLite store, copied from one that was initialised before."""
    made = sqlite_store(template)
    init_store(made)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made.database or "", folder / "mlflow.db")
    return sqlite_store(folder)
