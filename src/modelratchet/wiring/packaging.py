"""What `ratchet package` needs, put together."""

from __future__ import annotations

from pathlib import Path

from modelratchet.config.layout import BUNDLE
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.ports import Packaged


def package_bundle() -> Packaged:
    """Build a bento of the candidate's bundle, after checking its digests.

    Raises:
        EvidenceError: the bundle is not there, or was changed.
        OutsideError: BentoML failed.
    """
    from modelratchet.adapters.bentoml_packager import BentomlPackager

    return BentomlPackager(Path.cwd()).package(read_bundle(BUNDLE))
