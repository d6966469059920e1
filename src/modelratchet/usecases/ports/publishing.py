"""What publishing an image needs: a registry of images, keys, advisories, and someone who tries the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from modelratchet.core.advisories import Advisory
from modelratchet.core.digests import digest_bytes
from modelratchet.usecases.ports.serving import Distribution, Image


@dataclass(frozen=True)
class StoredManifest:
    """A manifest as the registry holds it; its digest names the image."""

    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """Of the very bytes."""
        return digest_bytes(self.data)


class ImageRegistry(Protocol):
    """One repository of images: manifests by tag or digest, blobs by digest. What is read was checked against its digest."""

    def manifest(self, reference: str) -> StoredManifest | None:
        """What a tag or digest names; None where there is nothing.

        Raises:
            InputError: the registry does not let us in.
            DigestError: it gave other bytes than were asked for.
            OutsideError: it does not answer.
        """

    def blob(self, digest: str, maximum_bytes: int) -> bytes:
        """The bytes of a digest.

        Raises:
            MissingEvidenceError: it has none of that digest.
            EvidenceError: they are more than that.
            DigestError, InputError, OutsideError: as above.
        """

    def store(self, data: bytes) -> str:
        """Store bytes, unless they are there, and give their digest.

        Raises:
            InputError: the registry does not let us write.
            OutsideError: it does not answer; a later call completes it.
        """

    def name(self, tag: str, manifest: StoredManifest) -> None:
        """Let a tag name a manifest whose blobs are all stored. Whatever the tag named before, it names no more.

        Raises:
            InputError, OutsideError: as above.
        """


class ImagePusher(Protocol):
    """Brings images from the engine to a registry."""

    def push(self, image: Image, tag: str) -> str:
        """Push it under a tag, and give the digest that the registry knows it by. What is there already is not sent again.

        Raises:
            InputError: the registry does not let us write.
            OutsideError: engine or registry failed; a later call goes on.
        """


class ByteVerifier(Protocol):
    """Knows a public key."""

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the key's owner signed it.

        Raises:
            ConfigError: the key cannot be used.
        """


class ByteSigner(ByteVerifier, Protocol):
    """Has a private key; what it signed it can verify."""

    def sign_bytes(self, message: bytes) -> bytes:
        """A signature; no two are equal.

        Raises:
            ConfigError: the key cannot be used.
        """


@dataclass(frozen=True)
class Advisories:
    """What a source knew: `as_of` is how recent it is, empty where it is of this moment."""

    source: str
    as_of: str
    found: tuple[Advisory, ...]


class AdvisorySource(Protocol):
    """Knows of vulnerabilities."""

    def of(self, packages: Sequence[Distribution]) -> Advisories:
        """The advisories on Python packages in their versions.

        Raises:
            EvidenceError: what it holds cannot be read.
            OutsideError: it does not answer.
        """


@dataclass(frozen=True)
class Tried:
    """How an image behaved: `failures` are the checks that failed, in words."""

    n_checks: int
    failures: tuple[str, ...]


class ImageTrial(Protocol):
    """Runs an image as a platform would, and asks it everything."""

    def tried(self, image: Image) -> Tried:
        """Start a container, ask it, and take it away.

        Raises:
            OutsideError: it cannot be started, or does not answer.
        """
