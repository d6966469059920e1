"""Who signs files, and who verifies signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


def signature_path(path: Path) -> Path:
    """Where the signature of a file lies: beside it.

    >>> signature_path(Path("certificates/flights-3.json")).name
    'flights-3.json.sig'
    """
    return path.with_name(path.name + ".sig")


class SignatureVerifier(Protocol):
    """Knows a public key."""

    def verify(self, path: Path) -> None:
        """Check a file's signature.

        Raises:
            MissingEvidenceError: the file or its signature is not there.
            EvidenceError: it was signed with another key, or file or signature was changed since.
        """


class Signer(SignatureVerifier, Protocol):
    """Has a private key; what it signed it can verify."""

    def sign(self, path: Path) -> Path:
        """Sign a file and give its signature's path.

        Raises:
            ConfigError: the key cannot be used.
        """
