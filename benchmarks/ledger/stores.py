"""Real stores for the races, made for one benchmark and gone after it: SQLite, `mlflow server` on SQLite, PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.adapters.mlflow.address import ARTIFACT_ROOT_VARIABLE, VARIABLE, read_address
from modelratchet.adapters.mlflow.server import ServerOptions, mlflow_server
from modelratchet.adapters.mlflow.store import init_store
from tests.mlflow_stores import postgres_store
from tests.postgres import missing

STORES = ("sqlite", "server", "postgres")


@contextmanager
def store(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """A fresh store of a kind; gives the variables that lead to it from `folder`."""
    if kind == "postgres":
        if missing():
            raise SystemExit(missing())
        with postgres_store(folder) as made:
            yield {VARIABLE: made.uri, ARTIFACT_ROOT_VARIABLE: made.artifact_root}
        return
    address = read_address(folder, {})
    init_store(address)
    if kind == "sqlite":
        yield {}
        return
    with mlflow_server(address, ServerOptions(port=0, serves_artifacts=True, log=folder / "server.log")) as server:
        yield {VARIABLE: server.uri}
