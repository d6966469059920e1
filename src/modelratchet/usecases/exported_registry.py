"""Ledger and registry out of a folder that `ratchet champion export` wrote. They answer what judging a candidate asks, and take nothing down.

Put in the place of the real ones by `wiring.registry` where `RATCHET_STANDING` is set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from modelratchet.core.exported_standing import (
    ANCHOR_FOLDER,
    CHAMPION_FOLDER,
    STANDING_FILE,
    ExportedStanding,
    ExportedVersion,
)
from modelratchet.core.ledger import Event, State, StoredEvent
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.run_facts import RunFacts
from modelratchet.errors import DigestError, EvidenceError, InputError, MissingEvidenceError
from modelratchet.storage.bundles import read_bundle, write_bundle
from modelratchet.storage.files import read_record
from modelratchet.usecases.ports.promotions import Projection
from modelratchet.usecases.ports.registry import CandidateRecord, RegisteredVersion


class ExportedRegistry:
    """The ports `Ledger` and `ModelRegistry` on an export; the parts that write refuse."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is read by the first question."""
        self._folder = folder

    @cached_property
    def standing(self) -> ExportedStanding:
        """The record.

        Raises:
            MissingEvidenceError: nothing was exported there.
            EvidenceError: it is no export of a form that this release reads.
        """
        try:
            return read_record(self._folder / STANDING_FILE, ExportedStanding)
        except MissingEvidenceError as error:
            raise MissingEvidenceError(
                f"{self._folder} holds no exported standing, so nobody knows who reigns",
                hint="`ratchet champion export FOLDER` writes one, where the registry can be asked. On GitHub main does it after each promotion and every night.",
            ) from error

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        """All events of the ledger when it was exported."""
        return self._of(model).events

    def projection(self, model: str) -> Projection:
        """An export has no aliases."""
        self._of(model)
        return Projection(None, None, None, None)

    def version(self, model: str, number: str) -> RegisteredVersion | None:
        """Champion or anchor; None for any other version."""
        found = next((item for item in self._of(model).versions if item.version == number), None)
        if found is None:
            return None
        return RegisteredVersion(
            model,
            found.version,
            found.run_id,
            found.verdict_run_id,
            found.bundle_digest,
            found.experiment_id,
            found.facts.commit,
        )

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Write a version's bundle to `directory`, checked against its digest."""
        bundle = read_bundle(self._folder / _folder(self._exported(version)) / BUNDLE_FOLDER)
        if bundle.digest != version.bundle_digest:
            raise DigestError(
                f"{self._folder} holds bundle {bundle.digest} as version {version.version}, expected {version.bundle_digest}",
                hint="Export it again.",
            )
        write_bundle(bundle, directory)

    def facts(self, version: RegisteredVersion) -> RunFacts:
        """What its run said."""
        return self._exported(version).facts

    def judged_on_holdout(self, model: str, holdout_digest: str) -> tuple[str, ...]:
        """Models judged on a holdout."""
        return self._of(model).judged_on_holdout.get(holdout_digest, ())

    def judged_against_anchor(self, model: str, anchor_digest: str) -> tuple[str, ...]:
        """Models judged against an anchor."""
        return self._of(model).judged_against_anchor.get(anchor_digest, ())

    def verdicts_on(self, model: str, judgement: str) -> NoReturn:
        """Refuses: verdicts are not exported."""
        self._refuse(f"look for verdicts of {model} on judgement {judgement}")

    def find(self, model: str, key: str) -> NoReturn:
        """Refuses: which verdicts were recorded is not exported."""
        self._refuse(f"look for verdict {key} of {model}")

    def show_override(self, version: RegisteredVersion, rewrite: Callable[[str], str]) -> NoReturn:  # noqa: ARG002 - the port's
        """Refuses."""
        self._refuse(f"show an override on version {version.version}")

    def name_commit(self, version: RegisteredVersion, commit: str) -> NoReturn:
        """Refuses."""
        self._refuse(f"name commit {commit} on version {version.version}")

    def record(self, candidate: CandidateRecord) -> NoReturn:
        """Refuses."""
        self._refuse(f"record {candidate.run_name}")

    def append(self, event: Event) -> NoReturn:
        """Refuses."""
        self._refuse(f"write event {event.counter}")

    def project(self, state: State) -> NoReturn:
        """Refuses."""
        self._refuse(f"set aliases of {state.model}")

    def _of(self, model: str) -> ExportedStanding:
        if self.standing.model != model:
            raise EvidenceError(
                f"{self._folder} holds the standing of {self.standing.model}, and params.yaml is about {model}",
                hint="Export the standing of this model.",
            )
        return self.standing

    def _exported(self, version: RegisteredVersion) -> ExportedVersion:
        found = next((item for item in self._of(version.model).versions if item.version == version.version), None)
        if found is None:
            raise MissingEvidenceError(f"{self._folder} does not hold version {version.version} of {version.model}")
        return found

    def _refuse(self, deed: str) -> NoReturn:
        raise InputError(
            f"cannot {deed}: {self._folder} is an exported standing, which only says who reigns",
            hint="Unset RATCHET_STANDING to work on the registry itself.",
        )


def _folder(version: ExportedVersion) -> str:
    """Its folder within the export; nothing outside of it is ever read."""
    if version.folder not in (CHAMPION_FOLDER, ANCHOR_FOLDER):
        raise EvidenceError(
            f"the exported standing keeps version {version.version} in {version.folder!r}, expected {CHAMPION_FOLDER} or {ANCHOR_FOLDER}"
        )
    return version.folder
