"""Finds the files that a path or a glob in `params.yaml` means, and names the nearest ones when there are none."""

from __future__ import annotations

import difflib
import glob
from dataclasses import dataclass
from pathlib import Path

from modelratchet.errors import InputError

_MAGIC = set("*?[")


@dataclass(frozen=True)
class SourceFile:
    """A local file, and the name that messages call it by (its address, if it was downloaded)."""

    path: Path
    name: str


def find_files(pattern: str) -> tuple[SourceFile, ...]:
    """Resolve a path or a glob (`**` goes into folders), sorted by name so that rows keep their order.

    Raises:
        InputError: nothing is there, or a folder is.
    """
    path = Path(pattern)
    if path.is_file():
        return (SourceFile(path, pattern),)
    if path.is_dir():
        raise InputError(
            f"{pattern} is a folder, expected a file", hint=f"Write {pattern.rstrip('/')}/* to read all files in it."
        )
    if not _MAGIC & set(pattern):
        raise InputError(f"{pattern} is not there", hint=_nearest(path))
    files = sorted(name for name in glob.glob(pattern, recursive=True) if Path(name).is_file())
    if not files:
        raise InputError(f"{pattern} matches no file", hint=_nearest(_fixed_part(path)))
    return tuple(SourceFile(Path(name), name) for name in files)


def _fixed_part(path: Path) -> Path:
    """The glob up to its first part with a wildcard, that part included."""
    parts = path.parts
    first = next(index for index, part in enumerate(parts) if _MAGIC & set(part))
    return Path(*parts[: first + 1])


def _nearest(path: Path) -> str:
    folder = path.parent
    while not folder.is_dir():
        path, folder = folder, folder.parent
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    where = "this folder" if folder == Path() else str(folder)
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5) or names[:10]
    return f"{where} holds {', '.join(near)}." if near else f"{where} is empty."
