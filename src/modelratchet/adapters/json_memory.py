"""The port `Memory` in a JSON file under `.ratchet/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelratchet.errors import EvidenceError, StorageError
from modelratchet.storage.files import read_json, write_json


class JsonMemory:
    """Facts in one small file. A file that is missing or spoilt remembers nothing."""

    def __init__(self, path: Path) -> None:
        """Remember the file's place; it need not be there."""
        self._path = path

    def recall(self, name: str) -> object:
        """What was kept under a name."""
        return self._facts().get(name)

    def remember(self, name: str, value: object) -> None:
        """Keep a fact; a full disk must not fail a stage for it."""
        try:
            write_json(self._path, {**self._facts(), name: value})
        except StorageError:
            return

    def _facts(self) -> dict[str, Any]:
        try:
            facts = read_json(self._path)
        except EvidenceError:
            return {}
        return facts if isinstance(facts, dict) else {}
