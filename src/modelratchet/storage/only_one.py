"""One process at a time in a folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.errors import OutsideError
from modelratchet.storage.files import storage_error


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file for the block; it is free again when this process ends, however it does.

    Raises:
        OutsideError: another process holds it.
        StorageError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab")
    except OSError as error:
        raise storage_error(path, error) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutsideError(
                f"another {what} is going on in this folder", hint="Wait until it is done, then run this again."
            ) from error
        yield
