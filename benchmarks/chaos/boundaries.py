"""Every call that reaches the outside, counted; and a kill just before or just after the n-th.

The calls are those of MLflow's client, of its artifact store, of the database's commits, and of the file system where a file gets
its final name or a lock changes hands. They nest (a client's call holds its commits), and the inner ones count too. Installed by
`kills` in a child that is forked for one trial, so nothing is ever put back.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any


@dataclass(frozen=True)
class Moment:
    """Just before or just after the n-th call, from 0."""

    number: int
    is_before: bool

    def __str__(self) -> str:
        return f"{'before' if self.is_before else 'after'} call {self.number}"


@dataclass
class Boundaries:
    """Counts calls; kills its own process at the moment, if there is one. `seen` names the calls in the order they began."""

    moment: Moment | None = None
    seen: list[str] = field(default_factory=list)

    def install(self) -> None:
        """Wrap all of them, for the rest of this process."""
        for owner, name in _outward_calls():
            setattr(owner, name, self._wrapped(getattr(owner, name), f"{getattr(owner, '__name__', owner)}.{name}"))

    def _wrapped(self, call: Callable[..., Any], label: str) -> Callable[..., Any]:
        @functools.wraps(call)
        def counted(*arguments: Any, **named: Any) -> Any:
            number = len(self.seen)
            self.seen.append(label)
            self._kill_at(Moment(number, is_before=True))
            result = call(*arguments, **named)
            self._kill_at(Moment(number, is_before=False))
            return result

        return counted

    def _kill_at(self, here: Moment) -> None:
        if here == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)


def changes_something(label: str) -> bool:
    """Whether a call of that label leaves something behind; a commit counts with the call that makes it."""
    owner, name = label.split(".")
    return owner == "os" or name.startswith(("create_", "set_", "log_", "update_", "delete_", "restore_"))


def _outward_calls() -> list[tuple[Any, str]]:
    from filelock import BaseFileLock
    from mlflow import MlflowClient
    from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
    from sqlalchemy.engine.default import DefaultDialect

    client = [(MlflowClient, name) for name, value in vars(MlflowClient).items() if _is_public_method(name, value)]
    return [
        *client,
        (LocalArtifactRepository, "log_artifacts"),
        (LocalArtifactRepository, "log_artifact"),
        (LocalArtifactRepository, "download_artifacts"),
        (HttpArtifactRepository, "log_artifacts"),
        (HttpArtifactRepository, "log_artifact"),
        (DefaultDialect, "do_commit"),
        (BaseFileLock, "acquire"),
        (BaseFileLock, "release"),
        (os, "replace"),
        (os, "rename"),
        (os, "fsync"),
        (shutil, "copyfile"),
    ]


def _is_public_method(name: str, value: object) -> bool:
    return isinstance(value, FunctionType) and not name.startswith("_")
