"""What the digests of code say that `watch_source` wrote: which code and packages each stage is made of. Stages read it.

How they are made is in `storage.code_digests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.digests import digest_value
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.storage.files import read_json

RUNTIME = "runtime"
"""The entry for all that answers requests. It is no stage: what measures the server depends on it."""


@dataclass(frozen=True)
class CodeDigests:
    """The digest of a stage's modules and files, and of the lock's lines for its packages."""

    code: str
    packages: str


def read_code_digests(directory: Path, entry: str) -> CodeDigests:
    """What a stage is made of.

    Raises:
        MissingEvidenceError: nobody has looked yet.
        EvidenceError: the file says something else.
    """
    path = directory / f"{entry}.json"
    found = read_json(path)
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("digest", "packages")):
        raise EvidenceError(f"{path} holds no digests", hint="Delete it and run `ratchet run`.")
    return CodeDigests(found["digest"], found["packages"])


def runtime_digest(directory: Path) -> str | None:
    """The digest of all that answers requests, code and packages; None where nobody has looked yet.

    Raises:
        EvidenceError: the file says something else.
    """
    try:
        found = read_json(directory / f"{RUNTIME}.json")
    except MissingEvidenceError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("digest"), str):
        raise EvidenceError(f"{directory / RUNTIME}.json holds no digest", hint="Delete it and run `ratchet run`.")
    return str(found["digest"])


def written_digests(entry: str, digests: CodeDigests) -> dict[str, str]:
    """The content of an entry's file. The runtime has one digest over both, for one number is what records name."""
    if entry == RUNTIME:
        return {"digest": digest_value([digests.code, digests.packages])}
    return {"digest": digests.code, "packages": digests.packages}
