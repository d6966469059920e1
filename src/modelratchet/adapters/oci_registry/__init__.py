"""The port `ImageRegistry` on the HTTP interface that every registry of images has.

It is written on requests: the calls are few, and each has its timeout and its place in the error tree. `oras`, the library that fits best, has
no timeouts and knows one kind of error (docs/adr/0011).

Source: OCI distribution specification 1.1, "Pulling manifests", "Pulling blobs", "Pushing a blob monolithically", "Pushing Manifests".
"""

from __future__ import annotations

import re

import requests

from modelratchet.adapters.oci_registry.session import RegistrySession
from modelratchet.core.digests import PREFIX, digest_bytes
from modelratchet.core.image_names import Repository
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError, OutsideError
from modelratchet.usecases.ports.publishing import StoredManifest

_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MAXIMUM_MANIFEST_BYTES = 4 * 1024 * 1024
_CHUNK = 1 << 20
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class OciRegistry:
    """One repository. What it gives is checked against the digest that was asked for: nothing else of a registry is believed."""

    def __init__(self, repository: Repository) -> None:
        """Take the repository; nothing is sent before it is asked."""
        self._repository = repository
        self._session = RegistrySession(repository)

    def manifest(self, reference: str) -> StoredManifest | None:
        """See the port."""
        accepted = {"accept": ", ".join(_TYPES)}
        answer = self._session.ask("GET", f"manifests/{reference}", headers=accepted, is_streamed=True)
        if answer.status_code == 404:
            return None
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
        found = StoredManifest(media_type, self._read(answer, reference, _MAXIMUM_MANIFEST_BYTES))
        if reference.startswith(PREFIX):
            self._require(reference, found.digest)
        return found

    def blob(self, digest: str, maximum_bytes: int) -> bytes:
        """See the port."""
        if not _DIGEST.fullmatch(digest):
            raise EvidenceError(f"{self._repository} names {digest!r}, expected a digest as sha256:…")
        answer = self._session.ask("GET", f"blobs/{digest}", is_streamed=True)
        if answer.status_code == 404:
            raise MissingEvidenceError(f"{self._repository} has no {digest}, though a manifest names it")
        data = self._read(answer, digest, maximum_bytes)
        self._require(digest, digest_bytes(data))
        return data

    def store(self, data: bytes) -> str:
        """See the port."""
        digest = digest_bytes(data)
        if self._session.ask("HEAD", f"blobs/{digest}").status_code != 404:
            return digest
        begun = self._session.ask("POST", "blobs/uploads/", data=b"")
        location = self._session.absolute(begun, begun.headers.get("location", ""))
        target = f"{location}{'&' if '?' in location else '?'}digest={digest}"
        done = self._session.ask("PUT", target, data=data, headers={"content-type": "application/octet-stream"})
        self._require_done(done.status_code, f"store {digest}")
        return digest

    def name(self, tag: str, manifest: StoredManifest) -> None:
        """See the port."""
        headers = {"content-type": manifest.media_type}
        done = self._session.ask("PUT", f"manifests/{tag}", data=manifest.data, headers=headers)
        self._require_done(done.status_code, f"store {tag}")

    def _read(self, answer: requests.Response, reference: str, maximum_bytes: int) -> bytes:
        """No more than was agreed on is ever held: a registry may send without end."""
        data = bytearray()
        try:
            for chunk in answer.iter_content(_CHUNK):
                data += chunk
                if len(data) > maximum_bytes:
                    raise EvidenceError(f"{self._repository} {reference} is longer than {maximum_bytes} bytes")
        except OSError as error:  # what requests raises is one
            raise OutsideError(f"{self._repository.registry} broke off in the middle of {reference}") from error
        finally:
            answer.close()
        return bytes(data)

    def _require(self, expected: str, found: str) -> None:
        if found != expected:
            raise DigestError(
                f"{self._repository} gave bytes of {found} for {expected}",
                hint="Someone changed what the registry holds, or its disk did: nothing of that image is to be used.",
            )

    def _require_done(self, status: int, what: str) -> None:
        if status == 404:
            raise OutsideError(f"{self._repository.registry} would not {what}: 404; is the repository there?")
