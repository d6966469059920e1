"""What an OSV record says of a package in a version.

Source: OSV schema 1.7 (https://ossf.github.io/osv-schema/), "affected fields" and "Evaluation": a version is affected when it is listed, or when a
range of its ecosystem says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from modelratchet.core.advisories import Advisory
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.serving import Distribution


def versions_by_name(packages: Sequence[Distribution]) -> dict[str, list[str]]:
    """What is looked for: a lock for several Pythons may name two versions of one package."""
    wanted: dict[str, list[str]] = {}
    for item in packages:
        wanted.setdefault(str(canonicalize_name(item.name)), []).append(item.version)
    return wanted


def advisories_in(
    record: Mapping[str, Any], wanted: Mapping[str, Sequence[str]], source: str, hint: str
) -> Iterator[Advisory]:
    """The advisories of one record on what is wanted; none where it was withdrawn.

    Raises:
        EvidenceError: it is no such record; `source` says where it came from.
    """
    if record.get("withdrawn"):
        return
    aliases = tuple(map(str, record.get("aliases") or ()))
    summary = str(record.get("summary") or record.get("details") or "").strip().partition("\n")[0]
    try:
        for affected in record["affected"]:
            package = affected.get("package") or {}
            name = str(canonicalize_name(str(package.get("name", ""))))
            for version in wanted.get(name, ()) if package.get("ecosystem") == "PyPI" else ():
                if _is_affected(affected, version):
                    yield Advisory(record["id"], aliases, name, version, summary, _fixes(affected, version))
    except (AttributeError, TypeError, KeyError, InvalidVersion) as error:
        raise EvidenceError(f"{source} is no OSV record that can be read: {error}", hint=hint) from error


def _is_affected(affected: Mapping[str, Any], version: str) -> bool:
    # no advisory names the builds of a version apart (`2.1.0+cpu`)
    found = Version(Version(version).public)
    # versions are compared, not their spellings; some that are listed are of no form that Python has
    if any(_is_equal(listed, found) for listed in affected.get("versions") or ()):
        return True
    return any(_is_within(events, found) for events in _ranges(affected))


def _is_equal(listed: object, version: Version) -> bool:
    try:
        return Version(str(listed)) == version
    except InvalidVersion:
        return False


def _is_within(events: Sequence[Mapping[str, str]], version: Version) -> bool:
    """The events in the order of their versions switch it on and off; "0" is before all others."""
    is_affected = False
    for event in sorted(events, key=_at):
        if "introduced" in event:
            is_affected |= event["introduced"] == "0" or version >= Version(event["introduced"])
        elif "fixed" in event:
            is_affected &= version < Version(event["fixed"])
        elif "last_affected" in event:
            is_affected &= version <= Version(event["last_affected"])
    return is_affected


def _at(event: Mapping[str, str]) -> Version:
    """Where an event stands; `limit` does not count for versions."""
    text = event.get("introduced") or event.get("fixed") or event.get("last_affected") or "0"
    return Version("0.dev0") if text == "0" else Version(text)


def _fixes(affected: Mapping[str, Any], version: str) -> tuple[str, ...]:
    """The versions above this one that are named as mended, the lowest first."""
    named = {str(event["fixed"]) for events in _ranges(affected) for event in events if "fixed" in event}
    return tuple(sorted((fixed for fixed in named if Version(fixed) > Version(version)), key=Version))


def _ranges(affected: Mapping[str, Any]) -> Iterator[Sequence[Mapping[str, str]]]:
    for item in affected.get("ranges") or ():
        if item.get("type") == "ECOSYSTEM":
            yield [{key: str(value) for key, value in event.items()} for event in item.get("events") or ()]
