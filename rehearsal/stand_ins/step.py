"""What a stand-in knows of the step it stands in for: inputs, the run, the token's rights; and what it hands back to `act`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rehearsal.hub import Document, Hub

_RANK = {"none": 0, "read": 1, "write": 2}


class RefusedError(Exception):
    """GitHub, or the action, would have failed this step."""


@dataclass(frozen=True)
class ActionStep:
    """One step of a job that uses a remote action."""

    hub: Hub
    environment: Mapping[str, str]

    @property
    def run_id(self) -> str:
        return self.environment["GITHUB_RUN_ID"]

    @property
    def workspace(self) -> Path:
        return Path(self.environment["GITHUB_WORKSPACE"])

    @property
    def ref(self) -> str:
        return self.environment["GITHUB_REF"]

    @cached_property
    def run(self) -> Document:
        """The run's record."""
        return self.hub.run(self.run_id)

    @property
    def event(self) -> Document:
        found: Document = self.run["payload"]
        return found

    def input(self, name: str) -> str:
        """An input; names are as in the action's file, spaces around the value do not count."""
        return self.environment.get(f"INPUT_{name.replace(' ', '_').upper()}", "").strip()

    def flag(self, name: str) -> bool:
        """An input that is true or false in one of YAML 1.2's spellings.

        Raises:
            RefusedError: it is neither.
        """
        value = self.input(name)
        if value.lower() not in ("true", "false"):
            raise RefusedError(f"input {name} is {value!r}, expected true or false")
        return value.lower() == "true"

    def lines(self, name: str) -> list[str]:
        """An input of several lines."""
        return [line.strip() for line in self.input(name).splitlines() if line.strip()]

    def require(self, token: str, **rights: str) -> None:
        """Refuse unless a token may do what is named (`pull_requests="write"`).

        Raises:
            RefusedError: GitHub would answer 401 or 403.
        """
        given = self.rights(token)
        for scope, wanted in rights.items():
            name = scope.replace("_", "-")
            if _RANK[given.get(name, "none")] < _RANK[wanted]:
                raise RefusedError(
                    f"Resource not accessible by integration: needs {name}: {wanted}, has {given.get(name, 'none')}"
                )

    def rights(self, token: str) -> dict[str, str]:
        """What a token may do: this run's GITHUB_TOKEN as the job says, an app's as it was made.

        Raises:
            RefusedError: nobody made this token.
        """
        if token == self.run["token"]:
            found: dict[str, str] = self.run["rights"][
                f"{self.environment['GITHUB_WORKFLOW']}/{self.environment['GITHUB_JOB']}"
            ]
            return found
        app = self.hub.app_tokens().get(token)
        if app is None:
            raise RefusedError("Bad credentials: the token is neither this run's GITHUB_TOKEN nor an app's")
        return dict(app)

    def tell(self, event: str, token: str, **about: Any) -> None:
        """Something happened that workflows may wait for. What GITHUB_TOKEN did starts none, so it is not told.

        Source: docs.github.com, "Use GITHUB_TOKEN for authentication in workflows", section "Triggering a workflow from a workflow".
        """
        if token != self.run["token"]:
            self.hub.note_pending({"event": event, **about})

    def actor(self, token: str) -> str:
        """Who acts with a token."""
        return "github-actions[bot]" if token == self.run["token"] else "ratchet-app[bot]"

    def output(self, **values: Any) -> None:
        """Set outputs of the step; underscores stand for hyphens."""
        for name, value in values.items():
            self._append("GITHUB_OUTPUT", name.replace("_", "-"), str(value))

    def save_state(self, **values: Any) -> None:
        """Keep values for the step after the job."""
        for name, value in values.items():
            self._append("GITHUB_STATE", name, str(value))

    def state(self, name: str) -> str:
        """A value that was kept, or empty text."""
        return self.environment.get(f"STATE_{name}", "")

    def set_environment(self, name: str, value: str) -> None:
        """For the steps that follow in the job."""
        self._append("GITHUB_ENV", name, value)

    def add_path(self, folder: Path) -> None:
        """Put a folder before the others on PATH, for the steps that follow in the job."""
        with Path(self.environment["GITHUB_PATH"]).open("a") as stream:
            stream.write(f"{folder}\n")

    def _append(self, file: str, name: str, value: str) -> None:
        """A delimiter that nobody can guess, as GitHub asks for."""
        mark = f"end_{secrets.token_hex(8)}"
        with Path(self.environment[file]).open("a") as stream:
            stream.write(f"{name}<<{mark}\n{value}\n{mark}\n")


def this_step() -> ActionStep:
    """The step that this process was started for."""
    return ActionStep(Hub(Path(os.environ["REHEARSAL_HUB"])), dict(os.environ))
