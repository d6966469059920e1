"""The grammar of image names, and the tags that an image of a version gets. Used by publishing and by `ratchet verify-image`.

Source: distribution/reference (the grammar behind Docker's and OCI's names); OCI distribution specification 1.1, "Pulling manifests".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelratchet.core.digests import PREFIX
from modelratchet.errors import InputError

DEFAULT_REGISTRY = "docker.io"
LATEST = "latest"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_REGISTRY = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]{1,5})?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LOCAL = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?")


@dataclass(frozen=True)
class Repository:
    """Where images of one name lie: `registry` is a host, with its port if it has one of its own; `path` is what follows."""

    registry: str
    path: str

    def __str__(self) -> str:
        return f"{self.registry}/{self.path}"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, where registries speak plain HTTP; Docker draws the same line."""
        return _LOCAL.fullmatch(self.registry) is not None


@dataclass(frozen=True)
class ImageName:
    """An image that was asked for: `reference` is a tag or a digest."""

    repository: Repository
    reference: str

    def __str__(self) -> str:
        return f"{self.repository}{'@' if self.is_digest else ':'}{self.reference}"

    @property
    def is_digest(self) -> bool:
        """Whether it names bytes, and not a tag that may be moved."""
        return self.reference.startswith(PREFIX)


def parse_repository(text: str) -> Repository:
    """Read the name of a repository, which has neither tag nor digest.

    Law: `parse_repository(str(found))` equals `found`.

    >>> str(parse_repository("localhost:5000/flights-late"))
    'localhost:5000/flights-late'
    >>> str(parse_repository("somebody/flights-late"))
    'docker.io/somebody/flights-late'

    Raises:
        InputError: it is no such name.
    """
    first, slash, rest = text.partition("/")
    # Docker's rule: the first part is a host when it looks like one
    has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if has_host else (DEFAULT_REGISTRY, text)
    if not _REGISTRY.fullmatch(registry) or not _PATH.fullmatch(path):
        hint = f" Lower case is wanted: {text.lower()}." if text != text.lower() else ""
        raise InputError(
            f"found {text!r}, which names no repository of images; expected one as ghcr.io/owner/name, without a tag",
            hint=f"--to or RATCHET_IMAGE_REPOSITORY says where images go.{hint}",
        )
    return Repository(registry, path)


def parse_image(text: str) -> ImageName:
    """Read `REPOSITORY`, `REPOSITORY:TAG` or `REPOSITORY@sha256:…`; without either it is `latest`. Of tag and digest the digest counts.

    >>> str(parse_image("localhost:5000/flights-late"))
    'localhost:5000/flights-late:latest'

    Raises:
        InputError: it is no such name.
    """
    named, at, digest = text.partition("@")
    front, colon, tag = named.rpartition(":")
    if not colon or "/" in tag:
        front, tag = named, LATEST
    reference = digest if at else tag
    if not (_DIGEST if at else _TAG).fullmatch(reference):
        raise InputError(f"found {text!r}, expected an image as REPOSITORY:TAG or REPOSITORY@sha256:…")
    return ImageName(parse_repository(front), reference)


@dataclass(frozen=True)
class Edition:
    """What an image of a version is called by: empty where a part is not known."""

    version: str
    bundle: str
    commit: str


def lasting_tags(edition: Edition) -> tuple[str, ...]:
    """The tags of an image beside its content's: version, whole digest of the bundle, commit.

    None begins with `sha256-`: such a tag is a list of referrers (OCI distribution specification, "Referrers Tag Schema").

    >>> lasting_tags(Edition("7", "sha256:" + "0" * 64, ""))[0]
    '7'
    """
    bundle = f"bundle-{edition.bundle.removeprefix(PREFIX)}"
    return (edition.version, bundle, *((f"git-{edition.commit}",) if edition.commit else ()))
