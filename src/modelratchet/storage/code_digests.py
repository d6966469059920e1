"""Which code and which packages each stage is made of, by digest. Called by the `watch_source` stage on every run.

DVC does not see imports, and it loads and rewrites its lock for every stage that runs: hundreds of source files among the dependencies
make that slow (docs/adr/0001). So each stage depends on one small file that changes when any of its sources does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from modelratchet.core.digests import digest_bytes, digest_value
from modelratchet.errors import EvidenceError, MissingEvidenceError, StorageError
from modelratchet.storage.code import CodeDigests, written_digests
from modelratchet.storage.code_listing import Listed, files_below, module_file, modules_of, read_listing
from modelratchet.storage.files import read_json, write_json

_MAKER = "modelratchet.core.syntax"
_LINE = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])? *(?:==|@)[^\\\n]*", re.MULTILINE)


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
    """
    has_changed = False
    for entry, digests in _digests(read_listing(listing), lock, known).items():
        value = written_digests(entry, digests)
        target = directory / f"{entry}.json"
        if not target.exists() or read_json(target) != value:
            write_json(target, value)
            has_changed = True
    return has_changed


def lock_lines(text: str) -> dict[str, list[str]]:
    r"""What a lock says of each package, by normalised name: one line a version, with its marker and without hashes.

    >>> lock_lines("NumPy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n# numpy==1\n")
    {'numpy': ["NumPy==2.4.6 ; python_full_version < '3.12'"]}
    """
    found: dict[str, list[str]] = {}
    for match in _LINE.finditer(text):
        found.setdefault(re.sub(r"[-_.]+", "-", match[1]).lower(), []).append(match[0].strip())
    return found


def _digests(listing: Mapping[str, Listed], lock: Path, known: Path) -> dict[str, CodeDigests]:
    lines, sources = lock_lines(_text(lock)), _Sources(known)
    found = {}
    for entry, listed in listing.items():
        modules = {name: sources.of_module(name) for name in modules_of(entry, listing)}
        files = {path.as_posix(): sources.digest(path) for path in files_below(listed.files)}
        packages = {name: lines[name] for name in listed.packages if name in lines}
        found[entry] = CodeDigests(digest_value({"modules": modules, "files": files}), digest_value(packages))
    sources.keep()
    return found


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
        except EvidenceError:
            return {}
        is_ours = (
            isinstance(found, dict) and found.get("maker") == self._maker and isinstance(found.get("digests"), dict)
        )
        return found["digests"] if is_ours else {}


def _text(lock: Path) -> str:
    try:
        return lock.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MissingEvidenceError(
            f"{lock} is not there, and it says which packages stages are made of", hint="Run `make lock`."
        ) from error


def _of_syntax(data: bytes) -> str:
    # imported here: a run with nothing to do parses nothing
    from modelratchet.core.syntax import syntax_digest

    return syntax_digest(data)
