"""Reading and writing small files so that a kill or a full disk leaves nothing half-written."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modelratchet.core.digests import PREFIX
from modelratchet.core.formats import Written, WrittenRecord, from_document, to_document
from modelratchet.core.reports import report_bytes
from modelratchet.errors import EvidenceError, MissingEvidenceError, StorageError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` that takes its place when the block ends well.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    except OSError as error:
        raise storage_error(path, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def storage_error(path: Path, error: OSError) -> StorageError:
    """Say what could not be written and why."""
    return StorageError(
        f"{path} could not be written: {error.strerror or error}",
        hint="Free some space or mend the permissions, then run the same command again; nothing was left half-written.",
    )


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Write plain data as readable JSON, keys in the order given."""
    write_bytes(path, report_bytes(value))


def write_record(path: Path, record: WrittenRecord) -> None:
    """Write a record under its format's name and version."""
    write_json(path, to_document(record))


def read_record(path: Path, cls: type[Written]) -> Written:
    """Read what `write_record` wrote.

    Raises:
        MissingEvidenceError: the file is not there.
        EvidenceError: it is not JSON, or not the record expected.
    """
    return from_document(cls, read_json(path), str(path))


def read_supplied(path: Path, cls: type[Written]) -> Written | None:
    """The same, or None where the file is not there: evidence that was not supplied.

    Raises:
        EvidenceError: it is there, and not JSON or not the record expected.
    """
    try:
        return read_record(path, cls)
    except MissingEvidenceError:
        return None


def read_json(path: Path) -> Any:
    """Parse a JSON file.

    Raises:
        MissingEvidenceError: the file is not there.
        EvidenceError: it is not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise MissingEvidenceError(f"{path} is not there", hint="Run `ratchet run` first.") from error
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path} is not JSON: {error}", hint="Delete it and run `ratchet run` again.") from error


def digest_file(path: Path) -> str:
    """Digest a file's bytes without reading it into memory at once."""
    with path.open("rb") as stream:
        return PREFIX + hashlib.file_digest(stream, "sha256").hexdigest()
