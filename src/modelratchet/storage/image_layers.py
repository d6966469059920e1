"""Finds the bundle in the layers of an image, so that what an image holds is read from its bytes and not from what is said of it.

Source: OCI image specification 1.1, layer.md ("Whiteouts": what `.wh.` in front of a name does to the layers below).
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable

from modelratchet.core.manifest import MANIFEST_FILE, MODEL_FILE, SCHEMA_FILE
from modelratchet.errors import EvidenceError, MissingEvidenceError

BUNDLE_PLACE = "opt/ratchet/bundle"
"""Where the image has its bundle; docker/Dockerfile.template puts it there."""
_NAMES = (MODEL_FILE, SCHEMA_FILE, MANIFEST_FILE)
_WHITEOUT = ".wh."
_MAXIMUM_BYTES = 1 << 30


def bundle_files(layers: Iterable[bytes]) -> dict[str, bytes]:
    """The files of the bundle, by name.

    Args:
        layers: tars, plain or compressed by gzip, the highest first; no more of them are taken than are needed.

    Raises:
        MissingEvidenceError: no layer has them.
        EvidenceError: a layer is no tar, or takes a file of the bundle away, or has something else in its place.
    """
    found: dict[str, bytes] = {}
    for layer in layers:
        # what a higher layer has hides what this one has
        found = {**dict(_entries(layer)), **found}
        if set(_NAMES) <= set(found):
            return found
    missing = sorted(set(_NAMES) - set(found))
    raise MissingEvidenceError(f"the image has no {', '.join(missing)} in /{BUNDLE_PLACE}")


def _entries(layer: bytes) -> Iterable[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(layer), mode="r:*") as archive:
            for entry in archive:
                place, _, name = entry.name.removeprefix("./").rpartition("/")
                _refuse_removal(place, name)
                if place == BUNDLE_PLACE and not entry.isdir():
                    yield name, _content(archive, entry)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise EvidenceError(f"a layer of the image cannot be read: {type(error).__name__}") from error


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(entry) if entry.isreg() and entry.size <= _MAXIMUM_BYTES else None
    if stream is None:
        raise EvidenceError(f"/{entry.name} of the image is no plain file")
    return stream.read()


def _refuse_removal(place: str, name: str) -> None:
    removed = f"{place}/{name.removeprefix(_WHITEOUT)}" if name.startswith(_WHITEOUT) else ""
    is_ours = bool(removed) and (f"{BUNDLE_PLACE}/".startswith(f"{removed}/") or place == BUNDLE_PLACE)
    is_opaque = name == f"{_WHITEOUT}{_WHITEOUT}.opq" and f"{BUNDLE_PLACE}/".startswith(f"{place}/")
    if is_ours or is_opaque:
        raise EvidenceError(f"a layer of the image takes /{removed or place} away")
