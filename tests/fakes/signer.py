"""A signer whose key is a word and whose signature is a digest with it."""

from __future__ import annotations

from pathlib import Path

from modelratchet.core.digests import digest_bytes
from modelratchet.errors import DigestError, MissingEvidenceError
from modelratchet.usecases.ports.signing import signature_path


class FakeSigner:
    """The ports `Signer` and `SignatureVerifier`. `signed` lists the names of what was signed; like real ones, no two signatures are equal."""

    def __init__(self, key: str = "key") -> None:
        self.key = key
        self.signed: list[str] = []

    def sign(self, path: Path) -> Path:
        salt = str(len(self.signed))
        signature_path(path).write_text(f"{salt} {self._mark(path, salt)}")
        self.signed.append(path.name)
        return signature_path(path)

    def verify(self, path: Path) -> None:
        if not (path.exists() and signature_path(path).exists()):
            raise MissingEvidenceError(f"{path} or its signature is not there")
        salt, _, mark = signature_path(path).read_text(errors="replace").partition(" ")
        if mark != self._mark(path, salt):
            raise DigestError(f"{signature_path(path)} does not sign {path}")

    def _mark(self, path: Path, salt: str) -> str:
        return digest_bytes(f"{self.key} {salt} ".encode() + path.read_bytes())
