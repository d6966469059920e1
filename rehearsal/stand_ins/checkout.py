"""actions/checkout: puts one commit of the repository into the workspace.

Held to: `ref` defaults to what started the run (for a pull request the merge of head and base); `fetch-depth` commits of history, 0 for all, 1 by
default; a branch is checked out as a branch, anything else detached; `persist-credentials` decides whether a later `git push` can log in, and the
job's right to write contents decides whether it may; what was persisted is gone after the job.

Source: README.md of actions/checkout, sections "Usage" and "Scenarios"; its adr/0153-checkout-v2.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from rehearsal.events import REPOSITORY
from rehearsal.stand_ins.step import ActionStep, RefusedError

_NOWHERE = f"https://github.invalid/{REPOSITORY}"


def main(step: ActionStep) -> None:
    """Fetch and check out.

    Raises:
        RefusedError: another repository, or a ref that is not there.
    """
    if step.input("repository") != REPOSITORY:
        raise RefusedError(f"repository {step.input('repository')} is not on this hub")
    step.require(step.input("token"), contents="read")
    folder = step.workspace / step.input("path")
    if step.flag("clean"):
        _empty(folder)
    ref, commit = _wanted(step)
    _git(folder, "init", "--quiet")
    _git(folder, "remote", "add", "origin", f"file://{step.hub.repository}")
    _fetch(step, folder, commit)
    _git(folder, "checkout", "--quiet", "--force", *_target(ref, commit))
    _set_credentials(step, folder)
    step.output(ref=ref, commit=commit)


def post(step: ActionStep) -> None:
    """Take the credentials away."""
    folder = step.workspace / step.input("path")
    if (folder / ".git").exists():
        _git(folder, "remote", "set-url", "--push", "origin", _NOWHERE)


def _wanted(step: ActionStep) -> tuple[str, str]:
    """The ref, full or a digest, and its commit. Without `ref` it is the run's commit, even if the branch has moved since."""
    asked = step.input("ref")
    if not asked:
        return step.ref, step.environment["GITHUB_SHA"]
    for name in (asked, f"refs/heads/{asked}", f"refs/tags/{asked}"):
        found = subprocess.run(
            ["git", "-C", step.hub.repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode == 0:
            return name, found.stdout.strip()
    raise RefusedError(f"A branch or tag with the name '{asked}' could not be found")


def _fetch(step: ActionStep, folder: Path, commit: str) -> None:
    depth = int(step.input("fetch-depth"))
    if depth:
        _git(folder, "fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", commit)
        return
    _git(folder, "fetch", "--quiet", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*", commit)


def _target(ref: str, commit: str) -> list[str]:
    if ref.startswith("refs/heads/"):
        return ["-B", ref.removeprefix("refs/heads/"), commit]
    return ["--detach", commit]


def _set_credentials(step: ActionStep, folder: Path) -> None:
    """A push works with persisted credentials and the right to write; otherwise it finds nobody at home."""
    try:
        step.require(step.input("token"), contents="write")
        may_push = step.flag("persist-credentials")
    except RefusedError:
        may_push = False
    if not may_push:
        _git(folder, "remote", "set-url", "--push", "origin", _NOWHERE)


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _git(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, env=environment)
