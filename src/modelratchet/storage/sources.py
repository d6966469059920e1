"""What the rows are read from, by digest, so that DVC notices when it changed.

Called by the `watch_source` stage on every run, so it imports little and hashes a file again only when its size, time or inode changed.
"""

from __future__ import annotations

import difflib
import glob
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelratchet.errors import DataError, OutsideError, StorageError
from modelratchet.storage.files import digest_file, write_json

_TIMEOUT_SECONDS = 10.0
_VALIDATORS = ("ETag", "Last-Modified", "Content-Length")


def describe_source(path: str | None, known: Path) -> dict[str, Any]:
    """Describe the files behind a path, glob or URL; equal contents give equal descriptions.

    Args:
        path: as named in `params.yaml`; None when rows come from code alone.
        known: file that remembers digests between calls.

    Raises:
        DataError: no file is there.
        OutsideError: the address does not answer.
    """
    if path is None:
        return {"files": {}}
    if path.startswith(("http://", "https://")):
        return {"url": path, "headers": _headers(path)}
    return {"files": _digests(source_files(path), known)}


@dataclass(frozen=True)
class SourceFile:
    """A local file, and the name that messages call it by (its address, if it was downloaded)."""

    path: Path
    name: str


def source_files(path: str) -> tuple[Path, ...]:
    """The files that a path or glob names, in sorted order; `**` goes into folders.

    Raises:
        DataError: there are none, or a folder is named; the nearest names are told.
    """
    # A file's own name may hold brackets, which a glob would read otherwise.
    if Path(path).is_file():
        return (Path(path),)
    if Path(path).is_dir():
        raise DataError(
            f"ingest.path {path!r} is a folder", hint=f"Write {path.rstrip('/')}/* to read all files in it."
        )
    found = sorted(Path(name) for name in glob.glob(path, recursive=True) if Path(name).is_file())
    if found:
        return tuple(found)
    raise DataError(
        f"no file matches ingest.path {path!r}; {_nearest(Path(path))}",
        hint="Mend ingest.path in params.yaml, or put the file there.",
    )


def _nearest(path: Path) -> str:
    """Names like the first part of the path that is not there."""
    folder = path.parent
    while not folder.is_dir():
        path, folder = folder, folder.parent
    names = [item.name for item in folder.iterdir()]
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.4)
    where = "this folder" if folder == Path() else str(folder)
    return f"nearest in {where}: {', '.join(close)}" if close else f"{where} has {len(names)} files, none like it"


def _digests(files: tuple[Path, ...], known: Path) -> dict[str, str]:
    remembered = _remembered(known)
    fresh = {str(path): [_stamp(path), ""] for path in files}
    for name, entry in fresh.items():
        old = remembered.get(name)
        entry[1] = old[1] if old and old[0] == entry[0] else digest_file(Path(name))
    if fresh != remembered:
        with suppress(StorageError):  # a full disk must not fail a stage for what only saves time
            write_json(known, fresh)
    return {name: entry[1] for name, entry in fresh.items()}


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def _remembered(known: Path) -> dict[str, list[str]]:
    try:
        content = json.loads(known.read_bytes())
    except (OSError, ValueError):
        return {}
    found = content.items() if isinstance(content, dict) else ()
    return {name: entry for name, entry in found if _is_entry(entry)}


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and all(isinstance(part, str) for part in entry)


def _headers(url: str) -> dict[str, str]:
    # imported here: it costs more than all the rest of this module, on every run
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - the caller has checked the scheme
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return dict(_validators(answer.headers))
    except (urllib.error.URLError, OSError) as error:
        raise OutsideError(f"{url} cannot be asked: {error}", hint="Check the address, or try again later.") from error


def _validators(headers: Any) -> Iterator[tuple[str, str]]:
    for name in _VALIDATORS:
        if headers.get(name):
            yield name, headers[name]
