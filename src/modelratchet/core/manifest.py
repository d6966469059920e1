"""What a bundle says of itself: `manifest.json`.

A bundle is the directory that is promoted, signed and served. Its digest is the digest of its manifest, which
holds the digest of every other file; so it names the bytes and where they came from. Everything in it is a
function of the sources, the data, the parameters and the library versions: no clock, no path, no host and no
git commit (docs/adr/0003), so that the same inputs give the same digest anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import digest_of

BUNDLE_FOLDER = "bundle"
"""What a bundle's directory is called within a folder that holds more: the champion's, the anchor's."""
MODEL_FILE = "model.onnx"
SCHEMA_FILE = "schema.json"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True)
class Lineage:
    """Where a model came from, as digests, and the versions of the libraries that made it."""

    data_digest: str
    params_digest: str
    source_digest: str
    lock_digest: str
    libraries: dict[str, str]


@dataclass(frozen=True)
class Manifest:
    """Digest of every file of the bundle but the manifest itself, and the lineage."""

    FORMAT: ClassVar[str] = "modelratchet/bundle"
    VERSION: ClassVar[int] = 1

    files: dict[str, str]
    lineage: Lineage

    @property
    def model_digest(self) -> str:
        """Names the graph and the schema, whatever bundle they lie in: equal bytes are one candidate, wherever and from what they were made."""
        return digest_value({name: self.files[name] for name in (MODEL_FILE, SCHEMA_FILE)})

    @property
    def digest(self) -> str:
        """The bundle's digest."""
        return digest_of(self)
