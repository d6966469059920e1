"""What is attached to an image in its registry: signatures and signed statements. Publishing writes them, `verify-image` reads them.

Of what lies there only that counts which the given key signed, and which speaks of this very image; what others attached is left alone.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from modelratchet.core.attachments import (
    MANIFEST_TYPE,
    PREDICATE_NOTE,
    SIGNATURE_LAYER,
    SIGNATURE_NOTE,
    STATEMENT_LAYER,
    Attached,
    attachment_of,
    attachments_config,
    decode_attachments,
    encode_attachments,
    signature_tag,
    statements_tag,
)
from modelratchet.core.dsse import (
    Statement,
    decode_envelope,
    decode_statement,
    encode_envelope,
    encode_statement,
    signed_bytes,
)
from modelratchet.core.image_statements import simple_signing, simply_signed
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.publishing import ByteSigner, ByteVerifier, ImageRegistry, StoredManifest

_MAXIMUM_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Layer:
    """What an attachment is, and its bytes."""

    attached: Attached
    data: bytes


def is_signed(registry: ImageRegistry, digest: str, verifier: ByteVerifier) -> bool:
    """Whether the key's owner signed the image.

    Raises:
        InputError, EvidenceError, OutsideError: the registry cannot be asked, or gave other bytes than it promised.
    """
    return any(_signs(registry, item, digest, verifier) for item in _readable(registry, signature_tag(digest)))


def statements(registry: ImageRegistry, digest: str, verifier: ByteVerifier) -> tuple[Statement, ...]:
    """What the key's owner said of the image, in the order in which it is stored.

    Raises:
        InputError, EvidenceError, OutsideError: as above.
    """
    stored = [item for item in _readable(registry, statements_tag(digest)) if item.media_type == STATEMENT_LAYER]
    said = [_said(registry.blob(item.digest, _MAXIMUM_BYTES), verifier) for item in stored]
    return tuple(item for item in said if item is not None and item.digest == digest)


def sign(registry: ImageRegistry, repository: str, digest: str, signer: ByteSigner) -> None:
    """Attach a signature, unless this key's is there.

    Raises:
        InputError, OutsideError: the registry cannot be written now; a later call completes it.
    """
    if is_signed(registry, digest, signer):
        return
    payload = simple_signing(repository, digest)
    notes = {SIGNATURE_NOTE: base64.b64encode(signer.sign_bytes(payload)).decode()}
    _attach(registry, signature_tag(digest), [Layer(attachment_of(SIGNATURE_LAYER, payload, notes), payload)])


def state(registry: ImageRegistry, digest: str, said: Sequence[Statement], signer: ByteSigner) -> None:
    """Attach statements beside those that are there, all of them in one step.

    Raises:
        InputError, OutsideError: as above.
    """
    _attach(registry, statements_tag(digest), [_statement_layer(item, signer) for item in said])


def _statement_layer(statement: Statement, signer: ByteSigner) -> Layer:
    payload = encode_statement(statement)
    envelope = encode_envelope(payload, signer.sign_bytes(signed_bytes(payload)))
    # cosign writes the empty note, too: the signature is in the envelope
    notes = {SIGNATURE_NOTE: "", PREDICATE_NOTE: statement.predicate_type}
    return Layer(attachment_of(STATEMENT_LAYER, envelope, notes), envelope)


def _attached(registry: ImageRegistry, tag: str) -> tuple[Attached, ...]:
    stored = registry.manifest(tag)
    return decode_attachments(stored.data) if stored else ()


def _readable(registry: ImageRegistry, tag: str) -> tuple[Attached, ...]:
    """Without what is longer than anything of ours: a stranger's bill of materials may be."""
    return tuple(item for item in _attached(registry, tag) if item.size <= _MAXIMUM_BYTES)


def _attach(registry: ImageRegistry, tag: str, layers: Sequence[Layer]) -> None:
    """The manifest comes last: until then nothing that is stored can be seen."""
    every = [*_attached(registry, tag), *(layer.attached for layer in layers)]
    for data in (*(layer.data for layer in layers), attachments_config(every)):
        registry.store(data)
    registry.name(tag, StoredManifest(MANIFEST_TYPE, encode_attachments(every)))


def _signs(registry: ImageRegistry, item: Attached, digest: str, verifier: ByteVerifier) -> bool:
    try:
        signature = base64.b64decode(item.notes.get(SIGNATURE_NOTE, ""), validate=True)
    except binascii.Error:
        return False
    if item.media_type != SIGNATURE_LAYER or not signature:
        return False
    payload = registry.blob(item.digest, _MAXIMUM_BYTES)
    try:
        # the signature first: nothing of what a stranger wrote is read
        return verifier.is_signed(payload, signature) and simply_signed(payload)[1] == digest
    except EvidenceError:  # the key signs certificates and statements, too, and somebody took one of those for it
        return False


def _said(data: bytes, verifier: ByteVerifier) -> Statement | None:
    try:
        payload, signatures = decode_envelope(data)
        is_ours = any(verifier.is_signed(signed_bytes(payload), signature) for signature in signatures)
        return decode_statement(payload) if is_ours else None
    except EvidenceError:  # of another form, as `cosign attest` with this same key makes them
        return None
