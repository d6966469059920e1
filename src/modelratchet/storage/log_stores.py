"""Where a prediction log lies: a local folder or an object store. Whole files only, each there at once or not at all.

The server writes through it, the reader in `adapters` reads through it. Names are paths below the log's folder, with slashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from modelratchet.errors import ConfigError, StorageError
from modelratchet.storage.files import storage_error, write_bytes

# one put is one step there; elsewhere a file is first written under a name that nobody lists
_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "memory"})
# a store that is down has to fail within seconds: what waits meanwhile is bounded, and the next round tries again
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 1}}}
}


class LogStore(Protocol):
    """What the log needs of a place. Every method raises `StorageError` where the place fails, and `FileNotFoundError` for a file that is not there."""

    def put(self, name: str, data: bytes) -> None:
        """Write a whole file, or replace it."""

    def read(self, name: str) -> bytes:
        """Read a whole file."""

    def names(self, folder: str) -> list[str]:
        """The names in a folder, without it; none where there is no such folder."""

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already is no fault."""


class LocalStore:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made at the first write."""
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        """Write beside it and rename."""
        path = self._folder / name
        try:
            write_bytes(path, data)
        except OSError as error:
            raise storage_error(path, error) from error

    def read(self, name: str) -> bytes:
        """Read a whole file."""
        with _translated(self._folder / name):
            return (self._folder / name).read_bytes()

    def names(self, folder: str) -> list[str]:
        """The names in a folder."""
        try:
            with _translated(self._folder / folder):
                return sorted(path.name for path in (self._folder / folder).iterdir())
        except FileNotFoundError:
            return []

    def remove(self, name: str) -> None:
        """Remove a file."""
        with _translated(self._folder / name):
            (self._folder / name).unlink(missing_ok=True)


class ObjectStore:
    """Whatever fsspec reaches by a URL."""

    def __init__(self, url: str) -> None:
        """Open the file system; no request is made yet.

        Raises:
            ConfigError: the URL's kind is unknown, or its package is not installed.
            StorageError: its client cannot be made.
        """
        import fsspec  # type: ignore[import-untyped]

        protocol = url.partition("://")[0]
        try:
            self._files, self._folder = fsspec.url_to_fs(url, **_OPTIONS.get(protocol, {}))
        except (ValueError, ImportError) as error:
            hint = "Install the package that reaches it, or name a folder, or an address of another kind."
            raise ConfigError("the prediction log", [f"{url}: {error}"], hint=hint) from error
        except Exception as error:  # each store's client has errors of its own
            raise _unanswered(url, error) from error
        self._is_atomic = protocol in _OBJECT_STORES

    def put(self, name: str, data: bytes) -> None:
        """Put an object, or write under a hidden name and rename."""
        path = f"{self._folder}/{name}"
        with _translated(path):
            if self._is_atomic:
                self._files.pipe_file(path, data)
                return
            folder, _, last = path.rpartition("/")
            self._files.makedirs(folder, exist_ok=True)
            self._files.pipe_file(f"{folder}/.{last}", data)
            self._files.mv(f"{folder}/.{last}", path)

    def read(self, name: str) -> bytes:
        """Read a whole object."""
        path = f"{self._folder}/{name}"
        with _translated(path):
            data: bytes = self._files.cat_file(path)
            return data

    def names(self, folder: str) -> list[str]:
        """The names in a folder, asked anew each time: other workers write there too."""
        path = f"{self._folder}/{folder}".rstrip("/")
        try:
            with _translated(path):
                self._files.invalidate_cache()
                return sorted(found.rstrip("/").rpartition("/")[2] for found in self._files.ls(path, detail=False))
        except FileNotFoundError:
            return []

    def remove(self, name: str) -> None:
        """Remove an object."""
        path = f"{self._folder}/{name}"
        try:
            with _translated(path):
                self._files.rm_file(path)
        except FileNotFoundError:
            return


def open_store(folder: str) -> LogStore:
    """Open what `RATCHET_LOG_FOLDER` names: a path, or a URL that fsspec knows.

    Raises:
        ConfigError, StorageError: as `ObjectStore` does.
    """
    if "://" not in folder:
        return LocalStore(Path(folder))
    return LocalStore(Path(folder.removeprefix("file://"))) if folder.startswith("file://") else ObjectStore(folder)


@contextmanager
def _translated(place: object) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_error(Path(str(place)), error) from error
    except Exception as error:  # each store's client has errors of its own
        raise _unanswered(place, error) from error


def _unanswered(place: object, error: Exception) -> StorageError:
    return StorageError(f"{place} did not answer as it should: {error}", hint="Look at the store and the credentials.")
