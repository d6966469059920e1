"""A repository of images in memory, and an engine that pushes to it; with switches for one that is down, refuses, lies, or is used by others."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field

from modelratchet.core.digests import digest_bytes
from modelratchet.core.formats import to_document
from modelratchet.core.manifest import MANIFEST_FILE, MODEL_FILE, SCHEMA_FILE
from modelratchet.core.reports import report_bytes
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError, OutsideError
from modelratchet.storage.bundles import Bundle
from modelratchet.storage.image_layers import BUNDLE_PLACE
from modelratchet.usecases.ports.publishing import StoredManifest
from modelratchet.usecases.ports.serving import Image

IMAGE_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class FakeImageRegistry:
    """The port `ImageRegistry`. `writes` counts what was stored or named; the call after `fails_after` more writes fails.

    `before_naming` is called first, with the tag, as a rival that is quicker.
    """

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.manifests: dict[str, StoredManifest] = {}
        self.blobs: dict[str, bytes] = {}
        self.writes = 0
        self.fails_after: int | None = None
        self.before_naming: Callable[[str], None] = lambda _tag: None

    def manifest(self, reference: str) -> StoredManifest | None:
        return self.manifests.get(self.tags.get(reference, reference))

    def blob(self, digest: str, maximum_bytes: int) -> bytes:
        if digest not in self.blobs:
            raise MissingEvidenceError(f"the registry has no {digest}")
        data = self.blobs[digest]
        if len(data) > maximum_bytes:
            raise EvidenceError(f"{digest} is longer than {maximum_bytes} bytes")
        if digest_bytes(data) != digest:
            raise DigestError(f"the registry gave other bytes for {digest}")
        return data

    def store(self, data: bytes) -> str:
        self._written()
        return self.blobs.setdefault(digest_bytes(data), data) and digest_bytes(data)

    def name(self, tag: str, manifest: StoredManifest) -> None:
        rival, self.before_naming = self.before_naming, lambda _tag: None
        rival(tag)
        self._written()
        self.manifests[manifest.digest] = manifest
        self.tags[tag] = manifest.digest

    def _written(self) -> None:
        if self.fails_after is not None and self.writes >= self.fails_after:
            raise OutsideError("the registry is down")
        self.writes += 1


@dataclass
class FakeEngine:
    """The ports `ImageBuilder` and `ImagePusher`: an image of one layer with the bundle, and a layer below it.

    No two builds are equal, as real ones are not, whose labels tell the time.
    """

    registry: FakeImageRegistry
    bundle: Bundle
    version: str = "1"
    n_builds: int = 0
    n_pushes: int = 0
    configs: dict[str, bytes] = field(default_factory=dict)

    def is_there(self) -> bool:
        return True

    def image(self, tag: str) -> Image:
        self.n_builds += 1
        labels = {"modelratchet.bundle.digest": self.bundle.digest, "modelratchet.version": self.version}
        config = json.dumps({"config": {"Labels": labels}, "build": f"{id(self)}-{self.n_builds}"}).encode()
        self.configs[digest_bytes(config)] = config
        return Image(tag, digest_bytes(config), 3, "python:3.12-slim", 1, (), "sha256:" + "b" * 64)

    def push(self, image: Image, tag: str) -> str:
        self.n_pushes += 1
        layers = [gzip.compress(b""), bundle_layer(self.bundle)]
        config = self.configs[image.digest]
        for data in (config, *layers):
            self.registry.store(data)
        manifest = image_manifest(config, layers)
        self.registry.name(tag, manifest)
        return manifest.digest


def image_manifest(config: bytes, layers: list[bytes]) -> StoredManifest:
    """As Docker writes it."""
    described = [{"mediaType": LAYER_TYPE, "size": len(data), "digest": digest_bytes(data)} for data in layers]
    document = {"schemaVersion": 2, "config": {"digest": digest_bytes(config)}, "layers": described}
    return StoredManifest(IMAGE_TYPE, json.dumps(document).encode())


def bundle_layer(bundle: Bundle, place: str = BUNDLE_PLACE) -> bytes:
    """A layer that holds a bundle."""
    files = {
        MODEL_FILE: bundle.model,
        SCHEMA_FILE: report_bytes(to_document(bundle.schema)),
        MANIFEST_FILE: report_bytes(to_document(bundle.manifest)),
    }
    return layer({f"{place}/{name}": data for name, data in files.items()})


def layer(files: dict[str, bytes]) -> bytes:
    """A layer of files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()
