"""Finds the bundle that a person names: the champion, the challenger, or a version by its number. `ratchet serve` and `ratchet package` call it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.run_facts import RUN_FACTS_FILE, RunFacts
from modelratchet.core.standing import Champion
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.storage.files import read_record
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion, RunFiles
from modelratchet.usecases.read_ledger import LedgerReader


@dataclass(frozen=True)
class Chosen:
    """A bundle that was checked, and what is known of it: its number in the registry and the commit that it was made from, empty where there is none.

    `role` is how it was named.
    """

    bundle: Bundle
    role: str
    version: str = ""
    commit: str = ""


@dataclass(frozen=True)
class Shelf:
    """Where versions are, and who says which of them reigns.

    `reigning` is where the last run left the champion's bundle and what its run says of it: what is still right there need not be fetched.
    """

    reader: LedgerReader
    registry: ModelRegistry
    files: RunFiles
    reigning: Path


def choose_champion(shelf: Shelf, model: str) -> Chosen | None:
    """Who reigns, by the ledger; None where nobody does.

    Raises:
        TrackingError: ledger or registry cannot be asked now.
        EvidenceError: the ledger cannot be believed, or the registry holds another bundle than it names.
    """
    reigning = shelf.reader.history(model).state.champion
    if reigning.version is None:
        return None
    version = _whole(shelf.registry, model, reigning.version)
    _refuse_another(version, reigning)
    return _taken(shelf, version, "champion")


def choose_challenger(shelf: Shelf, model: str) -> Chosen:
    """The version that was recorded last, and does not reign.

    Raises:
        TrackingError: ledger or registry cannot be asked now.
        EvidenceError: there is none, or it was changed.
    """
    reigning = shelf.reader.history(model).state.champion.version
    others = [run.version for run in shelf.files.runs(model) if run.version != reigning]
    if not others:
        beside = f" beside the champion, version {reigning}" if reigning else ""
        raise MissingEvidenceError(
            f"{model} has no challenger: no version was recorded{beside}", hint="`ratchet run` records one."
        )
    return _taken(shelf, _whole(shelf.registry, model, others[-1]), "challenger")


def choose_version(shelf: Shelf, model: str, number: str) -> Chosen:
    """A version by its number.

    Raises:
        TrackingError: the registry cannot be asked now.
        EvidenceError: it is not there, or was changed.
    """
    return _taken(shelf, _whole(shelf.registry, model, number), f"version {number}")


def commit_of(facts: RunFacts) -> str:
    """The commit that a version was made from; empty where no commit holds its sources."""
    return facts.commit


def _whole(registry: ModelRegistry, model: str, number: str) -> RegisteredVersion:
    version = registry.version(model, number)
    if version is None:
        raise MissingEvidenceError(
            f"there is no whole version {number} of {model}",
            hint="`ratchet ui` shows the recorded ones, `ratchet history` the promoted ones.",
        )
    return version


def _refuse_another(version: RegisteredVersion, named: Champion) -> None:
    if version.bundle_digest != named.bundle_digest:
        raise MissingEvidenceError(
            f"version {version.version} of {version.model} holds bundle {version.bundle_digest} now, the ledger names {named.bundle_digest}",
            hint="Restore the registry from a backup, or go on with another version: `ratchet rollback --to VERSION`.",
        )


def _taken(shelf: Shelf, version: RegisteredVersion, role: str) -> Chosen:
    facts = _kept_facts(shelf.reigning, version) or shelf.registry.facts(version)
    bundle = _kept_bundle(shelf.reigning, version) or _fetched(shelf.registry, version)
    return Chosen(bundle, role, version.version, commit_of(facts))


def _kept_facts(folder: Path, version: RegisteredVersion) -> RunFacts | None:
    try:
        kept = read_record(folder / RUN_FACTS_FILE, RunFacts)
    except EvidenceError:  # not there, or of another release
        return None
    found = (kept.version, kept.run_id, kept.commit)
    return kept if found == (version.version, version.run_id, version.commit) else None


def _kept_bundle(folder: Path, version: RegisteredVersion) -> Bundle | None:
    try:
        kept = read_bundle(folder / BUNDLE_FOLDER)
    except EvidenceError:  # not there, or spoilt here; the registry has it
        return None
    return kept if kept.digest == version.bundle_digest else None


def _fetched(registry: ModelRegistry, version: RegisteredVersion) -> Bundle:
    with tempfile.TemporaryDirectory(prefix="ratchet-fetch-") as name:
        registry.fetch_bundle(version, Path(name) / BUNDLE_FOLDER)
        return read_bundle(Path(name) / BUNDLE_FOLDER)
