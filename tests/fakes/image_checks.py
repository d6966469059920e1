"""A key, a source of advisories and a trial of images, without any of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from modelratchet.core.advisories import Advisory
from modelratchet.usecases.ports.publishing import Advisories, Tried
from modelratchet.usecases.ports.serving import Distribution, Image


class FakeByteSigner:
    """The ports `ByteSigner` and `ByteVerifier`: a signature is a digest with a word; no two are equal."""

    def __init__(self, key: str = "key") -> None:
        self.key = key
        self.n_signed = 0

    def sign_bytes(self, message: bytes) -> bytes:
        self.n_signed += 1
        salt = f"{self.n_signed:08}".encode()
        return salt + self._mark(salt, message)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        return signature[8:] == self._mark(signature[:8], message)

    def _mark(self, salt: bytes, message: bytes) -> bytes:
        return hashlib.sha256(self.key.encode() + salt + message).digest()


class FakeAdvisories:
    """The port `AdvisorySource`; `asked` is what it was asked last."""

    def __init__(self, *known: Advisory) -> None:
        self.known = known
        self.asked: tuple[Distribution, ...] = ()

    def of(self, packages: Sequence[Distribution]) -> Advisories:
        self.asked = tuple(packages)
        return Advisories("a list", "2026-11-01", self.known)


class FakeTrial:
    """The port `ImageTrial`."""

    def __init__(self, *failures: str) -> None:
        self.failures = failures
        self.n_tried = 0

    def tried(self, image: Image) -> Tried:
        self.n_tried += 1
        return Tried(81, self.failures)
