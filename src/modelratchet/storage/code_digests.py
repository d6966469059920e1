"""Which code and which packages each stage is made of, by digest. Called by the `watch_source` stage on every run.

DVC does not see imports, and it loads and rewrites its lock for every stage that runs: hundreds of source files among the dependencies
make that slow (docs/adr/0001). So each stage depends on one small file that changes when any of its sources does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from modelratchet.core.digests import digest_bytes, digest_value
from modelratchet.errors import EvidenceError, InputError, MissingEvidenceError, StorageError
from modelratchet.storage.code import CodeDigests, written_digests
from modelratchet.storage.code_listing import Listed, files_below, module_file, modules_of, read_listing
from modelratchet.storage.files import read_json, write_json
from modelratchet.storage.requirement_lines import LockedLines, locked_lines

_MAKER = "modelratchet.core.syntax"
_NOBODYS = ""
_AS_UTF8 = "Save it as UTF-8, or make it again: `make lock`."


def write_code_digests(listing: Path, directory: Path, lock: Path, known: Path) -> bool:
    """Write the digests of every entry into `directory`, only where they changed.

    Args:
        listing: `pipeline/sources.json`.
        directory: gets one file an entry.
        lock: the lock of the environment.
        known: remembers digests of sources between calls; losing it costs time only.

    Returns:
        Whether anything changed.

    Raises:
        MissingEvidenceError: a listed source or the lock is not there.
        EvidenceError: the list is none.
        InputError: the list is one of release 0.1, or the lock is no text.
    """
    has_changed = False
    for entry, digests in _digests(read_listing(listing), lock, known).items():
        value = written_digests(entry, digests)
        target = directory / f"{entry}.json"
        if not target.exists() or read_json(target) != value:
            write_json(target, value)
            has_changed = True
    return has_changed


def _digests(listing: Mapping[str, Listed], lock: Path, known: Path) -> dict[str, CodeDigests]:
    lines, sources = locked_lines(_text(lock)), _Sources(known)
    found = {}
    for entry, listed in listing.items():
        modules = {name: sources.of_module(name) for name in modules_of(entry, listing)}
        files = {path.as_posix(): sources.digest(path) for path in files_below(listed.files)}
        code = digest_value({"modules": modules, "files": files})
        found[entry] = CodeDigests(code, digest_value(_packages(listed, lines)))
    sources.keep()
    return found


def _packages(listed: Listed, lines: LockedLines) -> dict[str, list[str]]:
    """The lines of an entry's packages, and those of which nobody knows whose they are."""
    found = {name: lines.by_package[name] for name in listed.packages if name in lines.by_package}
    return {**found, _NOBODYS: lines.others} if lines.others else found


class _Sources:
    """Digests of files: by syntax tree where they are Python. A tree is made again only when its file's bytes changed."""

    def __init__(self, known: Path) -> None:
        self._known, self._used, self._by_module = known, dict[str, str](), dict[str, str]()
        self._maker = (
            f"{sys.version_info.major}.{sys.version_info.minor} {digest_bytes(module_file(_MAKER).read_bytes())}"
        )
        self._remembered = self._recalled()

    def of_module(self, name: str) -> str:
        """Of a module, which many stages share: it is looked up once."""
        if name not in self._by_module:
            self._by_module[name] = self.digest(module_file(name))
        return self._by_module[name]

    def digest(self, path: Path) -> str:
        """Of a file: by its syntax tree if it is Python."""
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise MissingEvidenceError(
                f"{path} is not there, but a stage reads it", hint="Run `make stage-deps`."
            ) from error
        digest = digest_bytes(data)
        if path.suffix != ".py":
            return digest
        self._used[digest] = self._remembered.get(digest) or _of_syntax(data)
        return self._used[digest]

    def keep(self) -> None:
        """Remember what was used now, and no more."""
        if self._used != self._remembered:
            with suppress(StorageError):  # a full disk must not fail a stage for what only saves time
                write_json(self._known, {"maker": self._maker, "digests": self._used})

    def _recalled(self) -> Mapping[str, str]:
        try:
            found = read_json(self._known)
        except (EvidenceError, OSError):
            return {}
        is_ours = (
            isinstance(found, dict) and found.get("maker") == self._maker and isinstance(found.get("digests"), dict)
        )
        return found["digests"] if is_ours else {}


def _text(lock: Path) -> str:
    try:
        text = lock.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MissingEvidenceError(
            f"{lock} is not there, and it says which packages stages are made of", hint="Run `make lock`."
        ) from error
    except OSError as error:
        raise InputError(f"{lock} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{lock} is no text in UTF-8", hint=_AS_UTF8) from error
    if "\0" in text:
        raise InputError(f"{lock} is no text in UTF-8: it holds NUL characters", hint=_AS_UTF8)
    return text


def _of_syntax(data: bytes) -> str:
    # imported here: a run with nothing to do parses nothing
    from modelratchet.core.syntax import syntax_digest

    return syntax_digest(data)
