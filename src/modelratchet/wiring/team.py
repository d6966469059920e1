"""Joins what a team's registry needs to SQLite, PostgreSQL, an object store and MLflow's server; `ratchet registry` calls it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from modelratchet.adapters.mlflow.address import (
    ARTIFACT_ROOT_VARIABLE,
    DEFAULT_DATABASE,
    VARIABLE,
    StoreAddress,
    prepare_environment,
    read_address,
)
from modelratchet.errors import ConfigError
from modelratchet.usecases.admit_user import Admission, admit_user
from modelratchet.usecases.migrate_registry import Ends, Migration, Step, migrate_registry
from modelratchet.usecases.ports.team import May
from modelratchet.wiring.clock import now
from modelratchet.wiring.registry import store_address

PROXIED_ROOT = "mlflow-artifacts:"
"""How addresses begin whose files the server hands out itself."""


@dataclass(frozen=True)
class Move:
    """From where, to where. `is_direct` says that clients reach the files themselves, without the server."""

    source: Path | None
    target: str
    artifacts: str
    is_direct: bool


def migrated(move: Move, watch: Callable[[Step], None], *, is_rehearsal: bool) -> Migration:
    """Move the registry, or say what would be moved.

    Raises:
        ConfigError, InputError, EvidenceError, OutsideError: see `migrate_registry`.
    """
    move = replace(move, artifacts=_artifacts(move.artifacts))
    target = _target(move)
    prepare_environment()
    from modelratchet.adapters.mlflow.migration.file_target import ArtifactFolder
    from modelratchet.adapters.mlflow.migration.new_store import PostgresStore
    from modelratchet.adapters.mlflow.migration.old_store import opened

    files = ArtifactFolder(move.artifacts)
    with opened(_source(move.source), files.shown if move.is_direct else PROXIED_ROOT) as old:
        new = PostgresStore(target, files.shown, old.revision, now)
        return migrate_registry(Ends(old, new, files), watch, is_rehearsal=is_rehearsal)


def admitted(name: str, may: May, *, renew: bool) -> Admission:
    """Let a user into the server that the environment names.

    Raises:
        InputError, TrackingError: see `admit_user`.
    """
    from modelratchet.adapters.mlflow.users import MlflowUsers

    return admit_user(MlflowUsers(store_address()), name, may, lambda: secrets.token_urlsafe(24), renew=renew)


def _source(database: Path | None) -> StoreAddress:
    """The named file; else what the environment names, if that is a file; else the one in this folder."""
    if database is not None:
        return read_address(Path.cwd(), {VARIABLE: f"sqlite:///{database}"})
    named = os.environ.get(VARIABLE, "")
    return read_address(
        Path.cwd(), {VARIABLE: named if named.startswith("sqlite:") else f"sqlite:///{DEFAULT_DATABASE}"}
    )


def _artifacts(named: str) -> str:
    """An address that means the same in any folder: the server does not run in this one."""
    if not named.strip():
        raise ConfigError(
            "--artifacts", ["it is empty"], hint="Name what the server has: s3://BUCKET/FOLDER, or a folder."
        )
    return named if ":" in named.split("/", 1)[0] else str(Path(named).resolve())


def _target(move: Move) -> StoreAddress:
    if not move.target.startswith(("postgresql", "postgres:")):
        raise ConfigError(
            "--to",
            [f"{move.target!r} is no PostgreSQL address"],
            hint="Name the server's database: postgresql+psycopg2://USER@HOST/DATABASE",
        )
    address = read_address(Path.cwd(), {VARIABLE: move.target, ARTIFACT_ROOT_VARIABLE: move.artifacts})
    if address.shown != address.uri:
        raise ConfigError(
            "--to",
            ["it has a password in it, which everybody on this machine can read while the command runs"],
            hint="Leave it out, and put it into ~/.pgpass or PGPASSWORD.",
        )
    return address
