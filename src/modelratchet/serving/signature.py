"""The bundle's signature, checked in the image: ECDSA by a key that was given, over the digests of the bundle's files.

`ratchet package --sign` makes it with model-signing, which is far too much to carry along only to check; its format is small and fixed.
`cryptography` is imported by the first check alone.

Source: OpenSSF Model Signing v1.0 (https://github.com/sigstore/model-transparency), DSSE v1.0.0 protocol, in-toto Statement v1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from pathlib import Path
from typing import Any

from modelratchet.core.formats import to_document
from modelratchet.core.manifest import MANIFEST_FILE, MODEL_FILE, SCHEMA_FILE
from modelratchet.core.reports import report_bytes
from modelratchet.errors import ConfigError, DigestError, EvidenceError, MissingEvidenceError
from modelratchet.storage.bundles import Bundle

_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_PREDICATE_TYPE = "https://model_signing/signature/v1.0"
_MAXIMUM_BYTES = 1_000_000
_HINT = "Another key signed it, or one of the two was changed: `ratchet package --sign KEY` signs anew."


def require_signature(bundle: Bundle, signature: Path, public_key: Path) -> None:
    """Check that the owner of a key signed these very bytes, which were read already.

    Raises:
        MissingEvidenceError: there is no signature.
        EvidenceError: it is none, or of another form.
        DigestError: it is not this key's, or speaks of other files.
        ConfigError: the key cannot be used.
    """
    payload, signed = _envelope(signature)
    if not _is_signed(_preauthenticated(payload), signed, public_key):
        raise DigestError(f"{signature} is not signed by the key {public_key}", hint=_HINT)
    found, expected = _files(payload, signature), _digests(bundle)
    if found != expected:
        changed = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
        raise DigestError(f"{signature} is signed for another bundle: {', '.join(changed)} differ", hint=_HINT)


def _envelope(path: Path) -> tuple[bytes, bytes]:
    """The signed bytes, and the signature over them."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAXIMUM_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise MissingEvidenceError(
            f"{path} is not there, and a public key is set", hint="`ratchet package --sign KEY` signs the bundle."
        ) from error
    try:
        _require(len(data) <= _MAXIMUM_BYTES, "it is too long")
        envelope = json.loads(data)["dsseEnvelope"]
        (only,) = envelope["signatures"]
        _require(envelope["payloadType"] == _PAYLOAD_TYPE, f"its payload is not {_PAYLOAD_TYPE}")
        return base64.b64decode(envelope["payload"], validate=True), base64.b64decode(only["sig"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise EvidenceError(f"{path} is no signature of a bundle: {error or type(error).__name__}") from error


def _require(is_right: bool, fault: str) -> None:
    if not is_right:
        raise ValueError(fault)


def _preauthenticated(payload: bytes) -> bytes:
    """What is really signed: the type is part of it (DSSE, PAE)."""
    return b"DSSEv1 %d %s %d %s" % (len(_PAYLOAD_TYPE), _PAYLOAD_TYPE.encode(), len(payload), payload)


def _is_signed(message: bytes, signed: bytes, public_key: Path) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    # each curve has its one hash in the sigstore specification
    algorithms = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
    key = _key(public_key)
    try:
        key.verify(signed, message, ec.ECDSA(algorithms[key.curve.key_size]))
    except InvalidSignature:
        return False
    return True


def _key(path: Path) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    expected = "expected a PEM file of a NIST P-256, P-384 or P-521 public key"
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"the public key {path}", [f"{str(error).splitlines()[0][:200]}; {expected}"]) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(
        key.curve, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
    ):
        raise ConfigError(f"the public key {path}", [f"it is of another kind; {expected}"])
    return key


def _files(payload: bytes, signature: Path) -> dict[str, str]:
    """What was signed, by name."""
    try:
        statement = json.loads(payload)
        stated = (statement["_type"], statement["predicateType"])
        _require(stated == (_STATEMENT_TYPE, _PREDICATE_TYPE), f"what it states is not {_PREDICATE_TYPE}")
        resources = statement["predicate"]["resources"]
        files = {item["name"]: f"{item['algorithm']}:{item['digest']}" for item in resources}
        _require(len(files) == len(resources), "it names a file twice")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"{signature} is no signature of a bundle: {error or type(error).__name__}") from error
    return files


def _digests(bundle: Bundle) -> dict[str, str]:
    """Of the bytes that were read; the manifest's own follow from its only form."""
    manifest = hashlib.sha256(report_bytes(to_document(bundle.manifest))).hexdigest()
    files = {name: bundle.manifest.files[name] for name in (MODEL_FILE, SCHEMA_FILE)}
    return {**files, MANIFEST_FILE: f"sha256:{manifest}"}
