"""The port `Checkouts` on git's worktrees and DVC's command line.

A worktree shares the repository's objects and nothing else: its DVC cache is its own, so that nothing is taken from the runs that it is to
repeat. The project's cache is one of its remotes, and what comes from there is hashed again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.config.layout import ROWS, SOURCE
from modelratchet.errors import EvidenceError, InputError, MissingEvidenceError

SITE_CACHE = "dvc-site-cache"
_CACHE_REMOTE = "cache-of-the-project"
_LOCK = "dvc.lock"
_ROWS_STAGE, _WATCHING_STAGE = "ingest", "watch_source"
_SECONDS = 600


class GitCheckouts:
    """Commits of the repository around a project's folder."""

    def __init__(self, project: Path) -> None:
        """Take the project's folder; it may lie below the repository's."""
        self._project = project

    def read(self, revision: str, path: Path) -> bytes:
        """A file of a revision; see the port."""
        if revision.startswith("-"):
            raise InputError(f"{revision!r} is no revision of git")
        done = self._git("show", f"{revision}:./{path.as_posix()}")
        if done.returncode:
            raise InputError(f"git has no {path} in {revision}: {_last_line(done.stderr)}")
        return done.stdout

    def check_out(self, commit: str, folder: Path) -> Path:
        """Add a worktree; see the port."""
        known = self._git("cat-file", "-e", f"{commit}^{{commit}}")
        if known.returncode:
            raise MissingEvidenceError(
                f"commit {commit} is not in this repository", hint="Fetch it: `git fetch --all`, unshallow the clone."
            )
        prefix = self._git("rev-parse", "--show-prefix").stdout.decode().strip()
        added = self._git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        if added.returncode:
            raise EvidenceError(f"commit {commit} could not be checked out: {_last_line(added.stderr)}")
        made = folder / prefix
        self._bring_data(made)
        return made

    def discard(self, folder: Path) -> None:
        """Remove a worktree, and git's note of it."""
        self._git("worktree", "remove", "--force", str(folder))
        shutil.rmtree(folder, ignore_errors=True)
        self._git("worktree", "prune")

    def _bring_data(self, made: Path) -> None:
        """Pull what the commit names by digest: files that DVC tracks, and the rows where its lock is committed."""
        cache = Path(_output(_dvc(self._project, "cache", "dir")).strip())
        self._say(made, "remote", "add", "--local", _CACHE_REMOTE, str((self._project / cache).resolve()))
        self._say(made, "config", "--local", f"remote.{_CACHE_REMOTE}.verify", "true")
        self._say(made, "config", "--local", "core.site_cache_dir", str(made / ".dvc" / "tmp" / SITE_CACHE))
        tracked = [str(path.relative_to(made)) for path in made.rglob("*.dvc") if path.is_file()]
        if tracked and not self._pulled(made, tracked):
            raise MissingEvidenceError(
                f"data that the commit tracks is in neither cache nor remote: {', '.join(tracked)}",
                hint="`dvc push` it from where it is.",
            )
        if (made / _LOCK).exists() and self._pulled(made, [str(ROWS)]) and _has_lock_of_its_own(made):
            # the rows by their digest: the source may have grown since
            self._say(made, "freeze", _ROWS_STAGE)

    def _pulled(self, made: Path, targets: list[str]) -> bool:
        sources = [["--remote", _CACHE_REMOTE], []]
        return any(_dvc(made, "pull", "--quiet", *source, *targets).returncode == 0 for source in sources)

    def _say(self, made: Path, *arguments: str) -> None:
        done = _dvc(made, *arguments)
        if done.returncode:
            raise EvidenceError(f"`dvc {arguments[0]}` failed in the checkout: {_last_line(done.stderr)}")

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *arguments], cwd=self._project, capture_output=True, timeout=_SECONDS, check=False
        )


def own_sources(project: Path) -> str:
    """A `PYTHONPATH` on which a checkout's own sources come before the installed ones."""
    sources = [str(path) for path in (project / "src", project) if path.is_dir()]
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join([*sources, *([inherited] if inherited else [])])


def _has_lock_of_its_own(made: Path) -> bool:
    """Whether the commit's lock tells of the rows that the commit's settings and code ask for; a person may have committed those without running them."""
    # by the sources of the commit: those of another release write other digests, or cannot run its stage at all
    watched = _dvc(made, "repro", "--quiet", "--single-item", _WATCHING_STAGE, PYTHONPATH=own_sources(made))
    if watched.returncode:
        return False
    asked = _dvc(made, "status", "--json", _ROWS_STAGE)
    try:
        found = json.loads(_output(asked)).get(_ROWS_STAGE, [])
    except ValueError:
        return False
    changed = {name for item in found if isinstance(item, dict) for name in item.get("changed deps", {})}
    return all(set(item) == {"changed deps"} for item in found) and changed <= {SOURCE.as_posix()}


def _dvc(folder: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder,
        env={**os.environ, **TELEMETRY_OFF, "PATH": _path(), **extra},
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )


def _path() -> str:
    """This interpreter first: a stage is run by the name `python`."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _output(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode:
        raise EvidenceError(f"DVC does not work here: {_last_line(done.stderr)}")
    return done.stdout.decode()


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no word why"
