"""The port `SourceControl` on git's command line."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from modelratchet.usecases.ports.sources import Revision

_UNKNOWN = "unknown"
_SECONDS = 20
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class GitSourceControl:
    """What is checked out in a folder."""

    def __init__(self, folder: Path, outputs: Sequence[str] = ()) -> None:
        """Remember where to look.

        Args:
            folder: need not be a repository.
            outputs: tracked files and folders, relative to `folder`, that the pipeline writes itself; a change in
                them is no change of the sources.
        """
        self._folder = folder
        self._excluded = tuple(f":(exclude){path}" for path in outputs)

    def revision(self) -> Revision:
        """Commit, branch, and whether sources that git tracks differ from the commit.

        On a CI runner, which checks out a commit and no branch, the branch is the one the runner names.
        """
        commit = self._ask("rev-parse", "--verify", "HEAD")
        if commit is None:
            return Revision(_UNKNOWN, _UNKNOWN, None)
        attached = self._ask("symbolic-ref", "--short", "-q", "HEAD")
        branch = attached or os.environ.get("GITHUB_HEAD_REF") or ""
        status = self._ask("status", "--porcelain", "--untracked-files=no", "--", ":/", *self._excluded)
        return Revision(
            commit,
            branch or os.environ.get("GITHUB_REF_NAME") or _UNKNOWN,
            None if status is None else bool(status),
            is_detached=not attached,
        )

    def has(self, commit: str) -> bool:
        """Whether a commit is HEAD or one before it; a shallow clone knows few."""
        return bool(_COMMIT.fullmatch(commit)) and self._ask("merge-base", "--is-ancestor", commit, "HEAD") is not None

    def commit_address(self, commit: str) -> str | None:
        """The commit on the web page of the remote `origin`, if that is reached by https; what it holds of users and passwords is left out."""
        remote = urlsplit(self._ask("remote", "get-url", "origin") or "")
        if remote.scheme != "https" or not remote.hostname or not _COMMIT.fullmatch(commit):
            return None
        port = f":{remote.port}" if remote.port else ""
        return f"https://{remote.hostname}{port}{quote(remote.path.rstrip('/').removesuffix('.git'))}/commit/{commit}"

    def _ask(self, *arguments: str) -> str | None:
        try:
            # no optional locks: a person may be committing at this moment
            result = subprocess.run(
                ["git", "--no-optional-locks", *arguments],
                cwd=self._folder,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return result.stdout.strip() if result.returncode == 0 else None
