"""Python environments that are kept by hard links and move: what knows the old path is written anew. Used by `cache_entries`.

Only scripts, `.pth` files and records of editable installs name the path; compiled files name it in tracebacks alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path


def is_environment(folder: Path) -> bool:
    """Whether a folder is a virtual environment."""
    return (folder / "pyvenv.cfg").exists()


def move(folder: Path, old: str, new: str) -> None:
    """Write anew what names the old path. A file is replaced, never written in place: the store has a link to it."""
    for path in _naming_files(folder):
        content = path.read_bytes()
        if old.encode() in content:
            mode, times = path.stat().st_mode, path.stat()
            path.unlink()
            path.write_bytes(content.replace(old.encode(), new.encode()))
            path.chmod(mode)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def unchanged_digest(folder: Path) -> str:
    """A digest of every package file's name, size and time: differs when a job that had the files by link wrote into one."""
    found = hashlib.sha256()
    for name, size, time_ns in sorted(_looks(str(folder / "lib"), "")):
        found.update(f"{name}\0{size}\0{time_ns}\n".encode())
    return found.hexdigest()


def _naming_files(folder: Path) -> Iterator[Path]:
    yield folder / "pyvenv.cfg"
    yield from (path for path in (folder / "bin").iterdir() if path.is_file() and not path.is_symlink())
    for packages in folder.glob("lib/python*/site-packages"):
        yield from packages.glob("*.pth")
        yield from packages.glob("*.dist-info/direct_url.json")


def _looks(folder: str, below: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{below}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _looks(entry.path, name)
            elif entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                yield name, found.st_size, found.st_mtime_ns
