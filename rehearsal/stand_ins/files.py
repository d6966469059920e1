"""Which files a multi-line `path` input means: globs, `!` for what is left out. Shared by the stand-ins that take files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from rehearsal.stand_ins.step import ActionStep


def matching(step: ActionStep, patterns: Iterable[str], *, hidden: bool = True) -> list[Path]:
    """All files that the patterns name, folders with all that is in them.

    `hidden` False leaves out every file or folder whose name begins with a dot, from the place on where the pattern starts.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        files = _files(step, pattern.removeprefix("!"), hidden=hidden)
        if pattern.startswith("!"):
            found = {path: None for path in found if path not in set(files)}
        else:
            found |= dict.fromkeys(files)
    return list(found)


def place(step: ActionStep, pattern: str) -> Path:
    """A path of an input: `~` is the home, anything not absolute is below the workspace."""
    if pattern == "~" or pattern.startswith("~/"):
        return Path(step.environment["HOME"]) / pattern[2:]
    return step.workspace / pattern


def common_folder(step: ActionStep, patterns: Iterable[str]) -> Path:
    """What the layout of an artifact begins at: the folder that was named, or the lowest one above all that were, files there or not."""
    starts = [_start(place(step, pattern.rstrip("/"))) for pattern in patterns if not pattern.startswith("!")]
    top = Path(os.path.commonpath(starts))
    return top.parent if top.is_file() else top


def _start(pattern: Path) -> Path:
    """The part before the first wildcard."""
    parts = []
    for part in pattern.parts:
        if any(mark in part for mark in "*?["):
            break
        parts.append(part)
    return Path(*parts)


def _files(step: ActionStep, pattern: str, *, hidden: bool) -> list[Path]:
    whole = place(step, pattern.rstrip("/"))
    start = _start(whole)
    found = [start] if start == whole else sorted(start.glob(str(whole.relative_to(start))))
    listed = [
        path for each in found if each.exists() for path in ([each] if each.is_file() else sorted(each.rglob("*")))
    ]
    return [path for path in listed if path.is_file() and (hidden or not _is_hidden(path, start))]


def _is_hidden(path: Path, start: Path) -> bool:
    """The folders above the start do not count: `.ratchet/standing` is taken, `.ratchet` is not."""
    return any(part.startswith(".") for part in (start.name, *path.relative_to(start).parts))
