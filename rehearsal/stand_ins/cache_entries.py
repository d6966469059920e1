"""Entries of the cache: how one is found, kept and put back. The rules that `cache` names are here.

A Python environment is kept by hard links, which take two seconds where bytes would take a minute, and it is looked at for changes before each use.
It is also moved: on a hosted runner the workspace is always at the same path, under `act` never, and an environment knows its path.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.hub import read_document, write_document
from rehearsal.stand_ins.environments import is_environment, move, unchanged_digest
from rehearsal.stand_ins.files import place
from rehearsal.stand_ins.step import ActionStep, RefusedError


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a key, keys to make do with, and the paths, which have to be the same as when it was saved."""

    key: str
    restore_keys: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One entry. `number` grows with time."""

    folder: Path
    number: int
    key: str
    version: str
    scope: str
    workspace: str
    home: str
    digests: dict[str, str]

    def unpack(self, step: ActionStep) -> None:
        """Put the files back where they were, in this job's workspace and home."""
        for kept in sorted((self.folder / "files").iterdir()):
            target = place(step, read_document(self.folder / "paths.json")[kept.name])
            _copy(kept / "content", target)
            if kept.name in self.digests:
                if unchanged_digest(kept / "content") != self.digests[kept.name]:
                    raise RefusedError(
                        f"the environment kept under {self.key} was changed in place by a job that had restored it"
                    )
                move(target, self.workspace, str(step.workspace))


def find(step: ActionStep, wanted: Wanted) -> Entry | None:
    """The entry that GitHub would give: scope by scope, key by key, the newest first."""
    entries = list(_entries(step.hub.caches))
    for scope in step.run["scopes"]:
        mine = [entry for entry in entries if entry.scope == scope and entry.version == _version(wanted.paths)]
        exact = next((entry for entry in mine if entry.key == wanted.key), None)
        if exact:
            return exact
        for prefix in (wanted.key, *wanted.restore_keys):
            if found := next((entry for entry in reversed(mine) if entry.key.startswith(prefix)), None):
                return found
    return None


def save(step: ActionStep, key: str, paths: tuple[str, ...]) -> bool:
    """Keep the files under a key in the run's own scope; False where the key is taken there, or nothing is there to keep."""
    scope = step.run["scopes"][0]
    taken = any(
        (entry.scope, entry.key, entry.version) == (scope, key, _version(paths)) for entry in _entries(step.hub.caches)
    )
    there = {str(at): path for at, path in enumerate(paths) if place(step, path).exists()}
    if taken or not there:
        return False
    number = step.hub.next_number("caches")
    folder = step.hub.caches / f"{number:06}"
    digests = {}
    for at, path in there.items():
        content = folder / "files" / at / "content"
        _copy(place(step, path), content)
        if is_environment(content):
            digests[at] = unchanged_digest(content)
    write_document(folder / "paths.json", there)
    about = {"key": key, "version": _version(paths), "scope": scope, "digests": digests}
    places = {"workspace": str(step.workspace), "home": step.environment["HOME"]}
    # the record comes last: a job that is cancelled while it saves leaves no entry
    write_document(folder / "entry.json", {"number": number, **about, **places})
    return True


def _entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.glob("*/entry.json")):
        yield Entry(folder=path.parent, **read_document(path))


def _version(paths: tuple[str, ...]) -> str:
    """Entries of other paths are others, whatever their key."""
    return hashlib.sha256("|".join(paths).encode()).hexdigest()


def _copy(source: Path, target: Path) -> None:
    """Copy a file or folder over what is there; of an environment, link the packages."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copy2(source, target)
        return
    packages = source / "lib"
    linked = is_environment(source)

    def copy(one: str, other: str) -> None:
        if linked and one.startswith(f"{packages}{os.sep}"):
            os.link(one, other)
        else:
            shutil.copy2(one, other)

    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, copy_function=copy)
