"""Bring the champion's bundle here, so that the candidate can be held against it on today's rows.

The stage that calls this always runs; files that are right already are left alone, so what depends on them does not.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from modelratchet.core.evidence import Champion
from modelratchet.errors import EvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_record, write_record
from modelratchet.usecases.ports import ModelRegistry


def fetch_champion(registry: ModelRegistry, model: str, record: Path, bundle: Path) -> bool:
    """Write who reigns to `record` and its bundle to `bundle`.

    Returns:
        Whether anything had to be written.

    Raises:
        TrackingError: the registry cannot be asked now.
        DigestError: the registry's bytes are not those that were registered.
    """
    version = registry.champion(model)
    champion = (
        Champion(version.version, version.bundle_digest, version.run_id) if version else Champion(None, None, None)
    )
    if _is_here(champion, record, bundle):
        return False
    if version is None:
        shutil.rmtree(bundle, ignore_errors=True)
    else:
        registry.fetch_bundle(version, bundle)
    # last: a kill before this leaves a record that does not fit the bundle, and the next run fetches again
    write_record(record, champion)
    return True


def _is_here(champion: Champion, record: Path, bundle: Path) -> bool:
    try:
        if read_record(record, Champion) != champion:
            return False
        return not bundle.exists() if not champion.exists else read_bundle(bundle).digest == champion.bundle_digest
    except EvidenceError:  # missing or spoilt here; the registry has it
        return False
