"""A registry in memory, with a switch for a server that is down."""

from __future__ import annotations

import shutil
from pathlib import Path

from modelratchet.errors import DigestError, TrackingError
from modelratchet.storage.bundles import Bundle, read_bundle, write_bundle
from modelratchet.usecases.ports import CandidateRecord, RegisteredVersion


class FakeModelRegistry:
    """The port `ModelRegistry`. `calls` names what was asked; `is_down` makes every call fail."""

    def __init__(self) -> None:
        self.records: list[tuple[CandidateRecord, RegisteredVersion]] = []
        self.bundles: dict[str, Bundle] = {}
        self.champions: dict[str, str] = {}
        self.calls: list[str] = []
        self.is_down = False

    def champion(self, model: str) -> RegisteredVersion | None:
        self._asked("champion")
        number = self.champions.get(model)
        return next(
            (version for _, version in self.records if (version.model, version.version) == (model, number)), None
        )

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        self._asked("find")
        return next((version for made, version in self.records if (made.model, made.key) == (model, key)), None)

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        self._asked("fetch_bundle")
        bundle = self.bundles[version.version]
        if bundle.digest != version.bundle_digest:
            raise DigestError(f"version {version.version} holds {bundle.digest}")
        shutil.rmtree(directory, ignore_errors=True)
        write_bundle(bundle, directory)

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        found = self.find(candidate.model, candidate.key)
        self._asked("record")
        if found:
            return found
        number = str(1 + sum(made.model == candidate.model for made, _ in self.records))
        bundle = read_bundle(candidate.bundle)
        version = RegisteredVersion(candidate.model, number, f"run{number}", bundle.digest, "1")
        self.bundles[number] = bundle
        self.records.append((candidate, version))
        return version

    def make_champion(self, model: str, version: str) -> None:
        """What promotion does; not part of the port."""
        self.champions[model] = version

    def _asked(self, name: str) -> None:
        self.calls.append(name)
        if self.is_down:
            raise TrackingError("the registry is down")
