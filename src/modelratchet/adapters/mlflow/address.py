"""Where the tracking store is. Read by everything else in this package; imports nothing of MLflow.

`MLFLOW_TRACKING_URI` alone chooses: SQLite in the project by default, another database, or a server. With SQLite the
artifacts lie beside the database file in `mlartifacts/`, wherever the command is started from.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from modelratchet.errors import ConfigError

VARIABLE = "MLFLOW_TRACKING_URI"
ARTIFACT_ROOT_VARIABLE = "MLFLOW_DEFAULT_ARTIFACT_ROOT"
DEFAULT_DATABASE = "mlflow.db"
ARTIFACTS_FOLDER = "mlartifacts"

# SQLAlchemy 2.1 takes a bare name for psycopg 3; MLflow is tried with psycopg2 and PyMySQL.
_DRIVERS = {"postgresql": "postgresql+psycopg2", "postgres": "postgresql+psycopg2", "mysql": "mysql+pymysql"}

# Fewer and shorter tries than MLflow's seven of 120 s: a dead server is a matter of seconds, not of half an hour. Six tries outlive the
# errors of a server under load. The pauses after the second and later ones are drawn from 0 to 2.5 s, 10 s together at the most: a factor
# can only be whole, and 1 would make them 14 s and more.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "2.5",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


@dataclass(frozen=True)
class StoreAddress:
    """A tracking address, made absolute.

    `database` is the SQLite file, None for anything else. `artifact_root` is where new experiments keep their
    files, as a path or URI; empty where a server decides.
    """

    uri: str
    database: Path | None
    artifact_root: str

    @property
    def is_server(self) -> bool:
        """Whether it is reached over HTTP."""
        return self.uri.startswith(("http://", "https://"))

    @property
    def is_absent(self) -> bool:
        """Whether it is a SQLite file that nobody has made yet: nothing is in it, and to ask makes it."""
        return self.database is not None and not self.database.exists()

    @property
    def shown(self) -> str:
        """The address as it may be printed: without a password."""
        parts = urlsplit(self.uri)
        if parts.password is None:
            return self.uri
        return urlunsplit(
            parts._replace(netloc=f"{parts.username}:***@{parts.hostname}" + (f":{parts.port}" if parts.port else ""))
        )


def read_address(root: Path, environment: Mapping[str, str]) -> StoreAddress:
    """Work out the store's address.

    Args:
        root: the project's folder, against which a relative SQLite path is read.
        environment: the process's variables.

    Raises:
        ConfigError: the address is of a kind that cannot work here.
    """
    uri = environment.get(VARIABLE, "").strip() or f"sqlite:///{DEFAULT_DATABASE}"
    scheme = uri.split(":", 1)[0].lower()
    if scheme == "sqlite":
        return _sqlite(uri, root)
    if scheme in ("http", "https"):
        return StoreAddress(uri.rstrip("/"), None, "")
    dialect = scheme.split("+", 1)[0]
    if dialect in ("postgresql", "postgres", "mysql", "mssql"):
        return _database(_DRIVERS.get(scheme, scheme) + uri[len(scheme) :], environment)
    raise ConfigError(
        VARIABLE,
        [f"{uri!r} is not a tracking address; expected http(s)://…, sqlite:///FILE or postgresql+psycopg2://…"],
        hint="MLflow's file store is gone since 3.13; leave the variable unset to use mlflow.db in this folder.",
    )


def prepare_environment() -> None:
    """Set what MLflow reads from the environment, before it is imported; what a person has set stays."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def _sqlite(uri: str, root: Path) -> StoreAddress:
    name = unquote(uri.removeprefix("sqlite:///").split("?", 1)[0])
    if not uri.startswith("sqlite:///") or name in ("", ":memory:"):
        raise ConfigError(
            VARIABLE, [f"{uri!r} names no file; expected sqlite:///FILE, for the store has to outlive the process"]
        )
    database = (root / name).resolve()
    return StoreAddress(f"sqlite:///{database}", database, str(database.parent / ARTIFACTS_FOLDER))


def _database(uri: str, environment: Mapping[str, str]) -> StoreAddress:
    root = environment.get(ARTIFACT_ROOT_VARIABLE, "")
    if not root:
        fault = f"a database address needs a place for artifacts that all its users reach, and {ARTIFACT_ROOT_VARIABLE} is not set"
        raise ConfigError(
            VARIABLE,
            [fault],
            hint="Set it (s3://bucket/folder, say), or start `mlflow server` and name its http address.",
        )
    return StoreAddress(uri, None, root)
