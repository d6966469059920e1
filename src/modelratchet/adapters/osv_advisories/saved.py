"""The port `AdvisorySource` on saved OSV records: a folder or a zip of them, as OSV exports (`PyPI/all.zip`) or the repository of PyPA's advisories is.

It needs no network, so an audit without one has the same answer anywhere, as of the newest record.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from modelratchet.adapters.osv_advisories.records import advisories_in, versions_by_name
from modelratchet.core.advisories import Advisory
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.usecases.ports.publishing import Advisories
from modelratchet.usecases.ports.serving import Distribution

_SUFFIXES = (".json", ".yaml", ".yml")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HINT = "Fetch it anew: https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip, or a clone of pypa/advisory-database."


class OsvAdvisories:
    """Reads all records once for each audit."""

    def __init__(self, path: Path) -> None:
        """Take the folder or the zip."""
        self._path = path

    def of(self, packages: Sequence[Distribution]) -> Advisories:
        """See the port. Every package is known: one without records has no known vulnerability."""
        wanted = versions_by_name(packages)
        found: list[Advisory] = []
        newest, n_records = "", 0
        for name, record in self._records():
            n_records += 1
            newest = max(newest, str(record.get("modified", "")))
            found += advisories_in(record, wanted, name, _HINT)
        if not n_records:
            raise MissingEvidenceError(f"{self._path} holds no OSV record; expected files of JSON or YAML", hint=_HINT)
        return Advisories(f"OSV records in {self._path.name}", newest, tuple(found))

    def _records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, data in self._files():
            try:
                record = json.loads(data) if name.endswith(".json") else yaml.load(data, Loader=_Loader)  # noqa: S506 - a safe loader
            except (ValueError, yaml.YAMLError, RecursionError) as error:
                raise EvidenceError(
                    f"{name} in {self._path} cannot be read: {type(error).__name__}", hint=_HINT
                ) from error
            # a folder may hold other files beside the records
            if (
                isinstance(record, dict)
                and isinstance(record.get("id"), str)
                and isinstance(record.get("affected"), list)
            ):
                yield name, record

    def _files(self) -> Iterator[tuple[str, bytes]]:
        try:
            if self._path.is_dir():
                for path in sorted(self._path.rglob("*")):
                    if path.suffix in _SUFFIXES and path.is_file():
                        yield path.name, path.read_bytes()
            else:
                with zipfile.ZipFile(self._path) as archive:
                    for name in archive.namelist():
                        if name.endswith(_SUFFIXES):
                            yield name, archive.read(name)
        # what zipfile raises of an archive that is damaged, encrypted, or packed in a way it does not know
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise EvidenceError(f"the advisories in {self._path} cannot be read: {error}", hint=_HINT) from error
