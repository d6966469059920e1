"""Reads what an image in a registry holds: its labels, and the bundle in its layers. Publishing and `verify-image` call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from modelratchet.errors import EvidenceError
from modelratchet.storage.image_layers import bundle_files
from modelratchet.usecases.ports.publishing import ImageRegistry, StoredManifest

BUNDLE_LABEL = "modelratchet.bundle.digest"
VERSION_LABEL = "modelratchet.version"
_MAXIMUM_CONFIG_BYTES = 4 * 1024 * 1024
_MAXIMUM_LAYER_BYTES = 1024 * 1024 * 1024
_PLAIN = ("tar", "tar.gzip", "tar+gzip")


def labels_in(registry: ImageRegistry, manifest: StoredManifest) -> dict[str, str]:
    """What the image says of itself.

    Raises:
        InputError, EvidenceError, OutsideError: it is no image of one platform, or the registry does not give it.
    """
    config = registry.blob(config_digest(manifest), _MAXIMUM_CONFIG_BYTES)
    try:
        labels = (json.loads(config).get("config") or {}).get("Labels") or {}
        return {str(name): str(value) for name, value in labels.items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise EvidenceError(f"the configuration of image {manifest.digest} cannot be read") from error


def config_digest(manifest: StoredManifest) -> str:
    """That of the configuration, which names all layers; many engines call an image by it.

    Raises:
        EvidenceError: it is no image of one platform.
    """
    return str(_parsed(manifest)["config"]["digest"])


def bundle_in(registry: ImageRegistry, manifest: StoredManifest) -> dict[str, bytes]:
    """The files of the bundle, from the bytes of the layers; of these the highest are fetched, no more than it takes.

    Raises:
        InputError, EvidenceError, OutsideError: as above, or no layer has a bundle.
    """
    return bundle_files(_layers(registry, manifest))


def _layers(registry: ImageRegistry, manifest: StoredManifest) -> Iterator[bytes]:
    for layer in reversed(_parsed(manifest)["layers"]):
        kind = str(layer.get("mediaType"))
        if not kind.endswith(_PLAIN):
            raise EvidenceError(f"a layer of image {manifest.digest} is {kind}, expected a tar, plain or by gzip")
        yield registry.blob(str(layer.get("digest")), _MAXIMUM_LAYER_BYTES)


def _parsed(manifest: StoredManifest) -> dict[str, Any]:
    try:
        found = json.loads(manifest.data)
        # a list of images for several platforms has neither
        if not isinstance(found["layers"], list) or not isinstance(found["config"]["digest"], str):
            raise TypeError("layers or config")  # noqa: TRY301 - one way out for all that is wrong
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"{manifest.digest} is no manifest of an image, but {manifest.media_type}") from error
    parsed: dict[str, Any] = found
    return parsed
