"""Who reigns and who is the anchor, with their bundles: what the candidate is held against on today's rows.

The stage that calls this always runs; files that are right already are left alone, so what depends on them does not.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.ledger import State
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.run_facts import RUN_FACTS_FILE, RunFacts
from modelratchet.core.standing import NOBODY, Champion, Standing, look_of
from modelratchet.errors import EvidenceError, LaterReleaseError, MissingEvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import digest_file, read_record, write_record
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.reconcile import refuse_hand_set_alias


@dataclass(frozen=True)
class StandingFiles:
    """Read: the candidate's bundle and the held-out rows. Written: the record, a folder each for champion and anchor, the facts of the champion's run.

    The folder `bundle` in them is there only where there is one to hold against; the anchor's only where it is not the champion itself.
    """

    candidate: Path
    holdout: Path
    standing: Path
    reigning: Path
    anchor: Path


@dataclass(frozen=True)
class Throne:
    """Where to ask who reigns."""

    reader: LedgerReader
    registry: ModelRegistry


def fetch_champion(throne: Throne, model: str, files: StandingFiles) -> bool:
    """Write the standing that the candidate is judged in, and fetch the bundles that it is held against.

    Returns:
        Whether anything had to be written.

    Raises:
        TrackingError: ledger or registry cannot be asked now.
        EvidenceError: the ledger cannot be believed, the registry holds something else than it says, or an alias was set by hand.
    """
    history = throne.reader.history(model)
    refuse_hand_set_alias(throne.reader.ledger, history)
    champion = named_version(throne.registry, model, history.state.champion, "`ratchet rollback --to VERSION`")
    is_one = history.state.anchor == history.state.champion
    other_anchor = "`ratchet anchor VERSION --reason ...`"
    anchor = champion if is_one else named_version(throne.registry, model, history.state.anchor, other_anchor)
    changes = [
        _fetched(throne.registry, champion, files.reigning),
        _told(throne.registry, champion, files.reigning / RUN_FACTS_FILE),
        _fetched(throne.registry, None if is_one else anchor, files.anchor),
        # last: a kill before this leaves a record that does not fit the bundles, and the next run goes on
        _written(_standing(throne.registry, history.state, (champion, anchor), files), files.standing),
    ]
    return any(changes)


def _standing(
    registry: ModelRegistry,
    state: State,
    versions: tuple[RegisteredVersion | None, RegisteredVersion | None],
    files: StandingFiles,
) -> Standing:
    bundle, holdout = read_bundle(files.candidate), digest_file(files.holdout)
    candidate = (bundle.model_digest, bundle.digest)
    champion, anchor = (_named(version) for version in versions)
    anchor_look = 1
    if anchor.bundle_digest is not None:
        anchor_look = look_of(registry.judged_against_anchor(state.model, anchor.bundle_digest), *candidate)
    return Standing(
        champion=champion,
        anchor=anchor,
        ledger_head=state.head,
        counter=state.counter,
        holdout_digest=holdout,
        holdout_look=look_of(registry.judged_on_holdout(state.model, holdout), *candidate),
        anchor_look=anchor_look,
    )


def named_version(registry: ModelRegistry, model: str, named: Champion, remedy: str) -> RegisteredVersion | None:
    """The version that the ledger names, as long as it is what it was when the event was written; `remedy` names another in its place."""
    if named.version is None:
        return None
    found = registry.version(model, named.version)
    if found is None or found.bundle_digest != named.bundle_digest:
        holds = "is not in the registry any more" if found is None else f"holds bundle {found.bundle_digest} now"
        raise MissingEvidenceError(
            f"version {named.version} of {model}, which the ledger names with bundle {named.bundle_digest}, {holds}",
            hint=f"Restore the registry from a backup, or go on with another version: {remedy}.",
        )
    return found


def _named(version: RegisteredVersion | None) -> Champion:
    return Champion(version.version, version.bundle_digest, version.run_id) if version else NOBODY


def _fetched(registry: ModelRegistry, version: RegisteredVersion | None, folder: Path) -> bool:
    """Make a folder hold that version's bundle, or none; whether anything had to be done."""
    bundle = folder / BUNDLE_FOLDER
    if version is None:
        # DVC wants the folder even where nothing is in it
        has_changed = bundle.exists() or not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(bundle, ignore_errors=True)
        return has_changed
    if _digest(bundle) == version.bundle_digest:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    registry.fetch_bundle(version, bundle)
    return True


def _told(registry: ModelRegistry, version: RegisteredVersion | None, path: Path) -> bool:
    """Keep what the champion's run says of it; the facts of a version never change but for a commit that is named later, so they are asked for once."""
    if version is None:
        was_there = path.exists()
        path.unlink(missing_ok=True)
        return was_there
    try:
        kept = read_record(path, RunFacts)
        if (kept.version, kept.run_id, kept.commit) == (version.version, version.run_id, version.commit):
            return False
    except LaterReleaseError:
        raise
    except EvidenceError:  # not there yet, or spoilt
        pass
    write_record(path, registry.facts(version))
    return True


def _digest(bundle: Path) -> str | None:
    try:
        return read_bundle(bundle).digest
    except EvidenceError:  # missing or spoilt here; the registry has it
        return None


def _written(standing: Standing, path: Path) -> bool:
    try:
        if read_record(path, Standing) == standing:
            return False
    except LaterReleaseError:
        raise
    except EvidenceError:  # not there yet, or spoilt
        pass
    write_record(path, standing)
    return True
