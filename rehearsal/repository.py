"""The repository as git knows it: commits, what differs between two, the merge that a pull request runs on. Called by `github`."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Ada"), ("EMAIL", "ada@example.invalid"))
}
NOTHING = "0" * 40


@dataclass(frozen=True)
class Repository:
    """A bare repository."""

    folder: Path

    def make(self) -> None:
        """An empty one, that lets a commit be fetched by its name as GitHub does."""
        _git(None, "init", "--quiet", "--bare", "--initial-branch=main", str(self.folder))
        _git(self.folder, "config", "uploadpack.allowAnySHA1InWant", "true")

    def tip(self, ref: str) -> str:
        """Newest commit of a branch or full ref."""
        return _git(self.folder, "rev-parse", "--verify", f"{ref}^{{commit}}")

    def changed(self, before: str, after: str) -> tuple[str, ...]:
        """Paths that differ between two commits."""
        return tuple(_git(self.folder, "diff", "--name-only", before, after).splitlines())

    def changed_since_fork(self, base: str, head: str) -> tuple[str, ...]:
        """Paths that the head changed since it left the base: what a pull request's filters look at."""
        return self.changed(_git(self.folder, "merge-base", base, head), head)

    def merge(self, base: str, head: str, message: str) -> str:
        """The merge of two commits, made without a working tree; it is on no branch.

        Raises:
            subprocess.CalledProcessError: they conflict.
        """
        tree = _git(self.folder, "merge-tree", "--write-tree", base, head).splitlines()[0]
        return _git(self.folder, "commit-tree", tree, "-p", base, "-p", head, "-m", message)

    def squash(self, base: str, head: str, message: str) -> str:
        """All of the head's changes as one commit on the base."""
        tree = _git(self.folder, "merge-tree", "--write-tree", base, head).splitlines()[0]
        return _git(self.folder, "commit-tree", tree, "-p", base, "-m", message)

    def set(self, ref: str, commit: str) -> None:
        """Move a ref."""
        _git(self.folder, "update-ref", ref, commit)

    def fetch(self, other: Path, branch: str, ref: str) -> str:
        """Take a branch of another repository, a fork, under a ref of ours; its commit."""
        _git(self.folder, "fetch", "--quiet", "--force", f"file://{other}", f"refs/heads/{branch}:{ref}")
        return self.tip(ref)

    def export(self, commit: str, folder: Path) -> None:
        """A working tree of one commit."""
        _git(None, "clone", "--quiet", "--shared", "--no-checkout", str(self.folder), str(folder))
        _git(folder, "checkout", "--quiet", "--detach", commit)


@dataclass(frozen=True)
class Clone:
    """A person's working copy, in a folder of their own."""

    folder: Path
    repository: Path

    @classmethod
    def of(cls, repository: Path, folder: Path) -> Clone:
        """Clone afresh."""
        _git(None, "clone", "--quiet", f"file://{repository}", str(folder))
        return cls(folder, repository)

    def commit(self, message: str) -> str:
        """Commit everything that git does not ignore, be it nothing; the commit."""
        _git(self.folder, "add", "--all")
        _git(self.folder, "commit", "--quiet", "--allow-empty", "--message", message)
        return _git(self.folder, "rev-parse", "HEAD")

    def push(self, branch: str) -> str:
        """Push the newest commit to a branch of the repository that was cloned; the commit."""
        _git(self.folder, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return _git(self.folder, "rev-parse", "HEAD")

    def update(self, branch: str = "main") -> None:
        """Start from the newest commit of a branch."""
        _git(self.folder, "fetch", "--quiet", "origin", branch)
        _git(self.folder, "checkout", "--quiet", "--force", "-B", branch, "FETCH_HEAD")


def _git(folder: Path | None, *arguments: str) -> str:
    environment = {**os.environ, **_WHO, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=folder, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, ["git", *arguments], done.stdout, done.stderr)
    return done.stdout.strip()
