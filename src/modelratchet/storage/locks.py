"""Reads locks: files of requirements in which every package has its one version. `ratchet audit` and the packager call it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement

from modelratchet.errors import InputError, MissingEvidenceError

_STARTS = re.compile(r"[A-Za-z0-9]")
_PURL = re.compile(r"pkg:pypi/([^@/?#]+)@([^?#]+)")


def locked_packages(text: str, environment: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    """Names and versions, in the order of the file.

    Args:
        text: the file, as pip takes it; lines of hashes and comments are left out.
        environment: keeps what its markers want there; None keeps all.

    Raises:
        InputError: a line is no requirement, or names no one version.
    """
    lines = [line.rstrip("\\").strip() for line in text.splitlines() if _STARTS.match(line)]
    try:
        wanted = [Requirement(line) for line in lines]
    except InvalidRequirement as error:
        raise InputError(f"this is no lock: {error}") from error
    kept = [
        item for item in wanted if environment is None or not item.marker or item.marker.evaluate(dict(environment))
    ]
    loose = [item.name for item in kept if not re.fullmatch(r"==[^,*]+", str(item.specifier))]
    if loose:
        raise InputError(f"{', '.join(loose)} have no one version; expected a lock, as `make lock` writes it")
    return tuple((item.name, str(item.specifier).removeprefix("==")) for item in kept)


def billed_packages(text: str) -> tuple[tuple[str, str], ...]:
    """Names and versions of the Python packages in a CycloneDX bill of materials.

    Raises:
        InputError: it is none.
    """
    try:
        found = [_PURL.fullmatch(item.get("purl") or "") for item in json.loads(text)["components"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"this is no CycloneDX bill: {error or type(error).__name__}") from error
    return tuple((unquote(match[1]), unquote(match[2])) for match in found if match)


def read_packages(path: Path) -> tuple[tuple[str, str], ...]:
    """What a lock, or a bill (`.json`), names.

    Raises:
        MissingEvidenceError: it is not there.
        InputError: it is neither, or names no package: what was not looked at is not clean.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MissingEvidenceError(
            f"{path} cannot be read: {error.strerror}; expected a lock or a bill of materials"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text; expected a lock or a bill of materials") from error
    try:
        found = billed_packages(text) if path.suffix == ".json" else locked_packages(text)
    except InputError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint) from error
    if not found:
        raise InputError(f"{path} names no Python package; expected a lock or a bill of materials")
    return found
