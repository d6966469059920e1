"""The golden files of past releases, and how a test opens what is packed. Nothing here writes into them."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

RELEASE_0_1 = Path(__file__).parent / "0.1"


def unpacked_parcels(folder: Path) -> Path:
    """The project that release 0.1 left, as it lay in `/home/alice/parcels`, in a folder of a test's own."""
    with tarfile.open(RELEASE_0_1 / "parcels.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    return folder


def unpacked_workspace(folder: Path) -> Path:
    """The same with what its latest run left: the bundle, the reports, and what was fetched of champion and anchor."""
    unpacked_parcels(folder)
    for source, target in (("bundle", "models/bundle"), ("reports", "reports"), ("champion", "champion")):
        shutil.copytree(RELEASE_0_1 / source, folder / target)
    return folder
