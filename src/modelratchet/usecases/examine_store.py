"""Whether the registry holds something that a later release wrote. `ratchet doctor` asks, before a command stops at it."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from modelratchet.core.folding import fold
from modelratchet.errors import EvidenceError, LaterReleaseError, OutsideError
from modelratchet.usecases.examine import Examined, Level
from modelratchet.usecases.ports.promotions import Ledger
from modelratchet.usecases.ports.registry import RunFiles

NAME = "releases"
RELEASE_TAG = "ratchet.release"


def examine_store(model: str, ledger: Ledger, runs: RunFiles, release: str) -> Examined:
    """Look at who wrote the runs and the events of a model.

    Args:
        model: whose.
        ledger: its events.
        runs: its runs.
        release: this one.
    """
    try:
        events = ledger.read(model)
        wrote = {item.release for item in events} | {run.tags.get(RELEASE_TAG, "") for run in runs.runs(model)}
        later = sorted((item for item in map(_version, wrote) if item and item > Version(release)), reverse=True)
        fold(model, events)
    except LaterReleaseError as error:
        return Examined(NAME, Level.NEEDED, error.message, error.hint)
    except OutsideError as error:
        return Examined(NAME, Level.OPTIONAL, f"the registry could not be asked: {error.message}", error.hint)
    except EvidenceError as error:
        return Examined(NAME, Level.NEEDED, error.message, error.hint)
    if not later:
        return Examined(NAME, Level.FINE, f"the registry holds nothing newer than this release, {release}")
    found = f"modelratchet {later[0]} wrote to the registry, and this is {release}"
    return Examined(NAME, Level.OPTIONAL, found, "Upgrade before something cannot be read: docs/how-to/upgrade.md.")


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
