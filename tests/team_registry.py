"""A team's registry as docs/how-to/team-registry.md sets it up: PostgreSQL, an S3 store, `mlflow server` with users.

The server's settings are those of the page, but for addresses, passwords and the number of workers; so what the page says is what runs.
The S3 store is moto's server. Users are `admin`, `ci`, who may write, and `reader`, who may not.
"""

from __future__ import annotations

import importlib
import os
import re
import secrets
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelratchet.adapters.mlflow.address import StoreAddress, prepare_environment, read_address
from modelratchet.adapters.mlflow.server import served
from modelratchet.adapters.mlflow.users import MlflowUsers
from modelratchet.usecases.admit_user import admit_user
from modelratchet.usecases.ports.team import May
from tests.object_store import Objects, objects
from tests.postgres import Cluster, cluster, missing
from tests.samples.how_to_pages import blocks

BUCKET = "team"
FOLDER = "mlflow"
_PASSWORDS = {name: f"{name}-password-{secrets.token_hex(8)}" for name in ("admin", "ci", "reader")}
HOST = "mlflow.example.com"
_PAGE = {title: body for _, title, body in blocks("team-registry.md") if title}


@dataclass(frozen=True)
class TeamRegistry:
    """A server that answers, and what stands behind it."""

    uri: str
    database: str
    artifacts: str
    cluster: Cluster
    objects: Objects

    def environment(self, user: str) -> dict[str, str]:
        """What a user sets: the address, the name and the password."""
        return {
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_TRACKING_USERNAME": user,
            "MLFLOW_TRACKING_PASSWORD": _PASSWORDS[user],
        }

    def address(self, folder: Path) -> StoreAddress:
        """As the adapters take it."""
        return read_address(folder, {"MLFLOW_TRACKING_URI": self.uri})


def skip_reason() -> str:
    """Why there can be no such registry here; empty where there can."""
    return missing()


@contextmanager
def team_registry(folder: Path) -> Iterator[TeamRegistry]:
    """All of it, with users, for as long as the block runs."""
    # what talks to the server takes as long to import as the server to start
    warming = threading.Thread(target=_import_client)
    warming.start()
    with cluster() as made, objects() as store:
        made.run("createdb", "mlflow")
        made.run("createdb", "mlflow_users")
        store.bucket(BUCKET)
        registry_artifacts = f"s3://{BUCKET}/{FOLDER}"
        with team_server(made, store, folder, "mlflow") as uri:
            warming.join()
            registry = TeamRegistry(uri, made.address("mlflow"), registry_artifacts, made, store)
            _make_users(registry)
            yield registry


@contextmanager
def team_server(made: Cluster, store: Objects, folder: Path, database: str) -> Iterator[str]:
    """`mlflow server` on a database; its address. The users are those of `mlflow_users`, whichever it is."""
    users = folder / "users.ini"
    written = _PAGE["/etc/mlflow/users.ini"]
    users.write_text(re.sub("database_uri = .*", f"database_uri = {made.address('mlflow_users')}", written))
    environment = {
        **_page_settings(),
        **store.environment,
        "MLFLOW_BACKEND_STORE_URI": made.address(database),
        "MLFLOW_ARTIFACTS_DESTINATION": f"s3://{BUCKET}/{FOLDER}",
        "MLFLOW_AUTH_CONFIG_PATH": str(users),
        "MLFLOW_AUTH_ADMIN_PASSWORD": _PASSWORDS["admin"],
        "MLFLOW_WORKERS": "1",
    }
    command = [sys.executable, "-m", "mlflow", "server", "--app-name", "basic-auth"]
    with served(command, environment, folder / "server.log") as server:
        yield server.uri


def _import_client() -> None:
    prepare_environment()
    importlib.import_module("mlflow.utils.rest_utils")


def _page_settings() -> dict[str, str]:
    """The server's settings as the page has them."""
    lines = _PAGE["/etc/mlflow/server.env"].splitlines()
    return dict(line.split("=", 1) for line in lines)


def _make_users(registry: TeamRegistry) -> None:
    with _variables(registry.environment("admin")):
        users = MlflowUsers(read_address(Path(), registry.environment("admin")))
        for name, may in (("ci", May.WRITE), ("reader", May.READ)):
            admit_user(users, name, may, lambda name=name: _PASSWORDS[name])


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
