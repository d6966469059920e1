"""The ports `ByteSigner` and `ByteVerifier` on `cryptography`: ECDSA with SHA-256, as images are signed.

SHA-256 with every curve: cosign's signatures take the hash of the registry's digests (specs/SIGNATURE_SPEC.md, "Hashing Algorithms"). Bundles and
certificates are signed by model-signing, whose hash goes with the curve.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelratchet.errors import ConfigError

_EXPECTED = "expected a PEM file of a NIST P-256, P-384 or P-521 key"


class EcdsaVerifier:
    """Knows a public key."""

    def __init__(self, public_key: Path) -> None:
        """Read the key.

        Raises:
            ConfigError: it cannot be used.
        """
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        self._key = _loaded(public_key, "public key", load_pem_public_key)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """See the port."""
        return _is_signed(self._key, message, signature)


class EcdsaSigner:
    """Has a private key."""

    def __init__(self, private_key: Path, password: str | None) -> None:
        """Read the key; `password` is None where it has none.

        Raises:
            ConfigError: it cannot be used.
        """
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        secret = password.encode() if password else None
        self._key = _loaded(private_key, "private key", lambda data: load_pem_private_key(data, secret))

    def sign_bytes(self, message: bytes) -> bytes:
        """See the port."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        signature: bytes = self._key.sign(message, ec.ECDSA(hashes.SHA256()))
        return signature

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """See the port."""
        return _is_signed(self._key.public_key(), message, signature)


def _is_signed(key: Any, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _loaded(path: Path, kind: str, load: Any) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key = load(path.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        # never the whole chain: a key's bytes or its password have no business in a log
        said = str(error).partition("\n")[0][:200]
        raise ConfigError(f"the {kind} {path}", [f"{said}; {_EXPECTED}"], hint="Is the password the key's?") from None
    if not isinstance(key, (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey)) or not isinstance(
        key.curve, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
    ):
        raise ConfigError(f"the {kind} {path}", [f"it is of another kind; {_EXPECTED}"])
    return key
