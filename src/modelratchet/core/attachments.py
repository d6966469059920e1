"""The two manifests that signatures and statements of an image are stored in, beside it in its repository. Pure.

The layout is cosign's: one manifest for each image, under a tag made of its digest, each signature or statement a layer. It is what cosign,
Kyverno, Sigstore's policy controller, podman, skopeo and CRI-O read, and it asks nothing of a registry but manifests and blobs.

Source: cosign, specs/SIGNATURE_SPEC.md ("Tag-based Discovery", "OCI Image Manifest V1") and specs/ATTESTATION_SPEC.md ("Overall Layout");
OCI image specification 1.1, manifest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelratchet.core.digests import canonical_json, digest_bytes
from modelratchet.errors import EvidenceError

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
SIGNATURE_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
STATEMENT_LAYER = "application/vnd.dsse.envelope.v1+json"
SIGNATURE_NOTE = "dev.cosignproject.cosign/signature"
PREDICATE_NOTE = "predicateType"


@dataclass(frozen=True)
class Attached:
    """One layer of such a manifest: what it is, where its bytes are, and what is noted beside them."""

    media_type: str
    digest: str
    size: int
    notes: dict[str, str]


def attachment_of(media_type: str, data: bytes, notes: dict[str, str]) -> Attached:
    """Describe bytes that are about to be stored."""
    return Attached(media_type, digest_bytes(data), len(data), notes)


def signature_tag(digest: str) -> str:
    """Where the signatures of an image are.

    >>> signature_tag("sha256:97fc")
    'sha256-97fc.sig'
    """
    return f"{digest.replace(':', '-')}.sig"


def statements_tag(digest: str) -> str:
    """Where the statements about an image are."""
    return f"{digest.replace(':', '-')}.att"


def attachments_config(layers: Sequence[Attached]) -> bytes:
    """The configuration that an image manifest has to have: of an image that nobody can run."""
    return canonical_json(
        {
            "architecture": "",
            "os": "",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        }
    )


def encode_attachments(layers: Sequence[Attached]) -> bytes:
    """The manifest; equal layers give equal bytes."""
    config = attachments_config(layers)
    return canonical_json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "size": len(config), "digest": digest_bytes(config)},
            "layers": [
                {"mediaType": item.media_type, "size": item.size, "digest": item.digest, "annotations": item.notes}
                for item in layers
            ],
        }
    )


def decode_attachments(data: bytes) -> tuple[Attached, ...]:
    """Read what `encode_attachments`, or cosign, wrote.

    Raises:
        EvidenceError: it is no manifest.
    """
    try:
        return tuple(_attached(layer) for layer in json.loads(data)["layers"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceError(f"it is no manifest of signatures: {error or type(error).__name__}") from error


def _attached(layer: dict[str, Any]) -> Attached:
    notes = {str(key): str(value) for key, value in (layer.get("annotations") or {}).items()}
    return Attached(str(layer["mediaType"]), str(layer["digest"]), int(layer["size"]), notes)
