"""Reports as files: whatever release wrote them, without knowing the record inside.

Called by whoever reads a report that another machine or another release left in the registry.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import WrittenRecord, encode, from_document
from modelratchet.errors import DigestError, EvidenceError

VERDICT_NAME = "verdict.json"
EVIDENCE_NAME = "evidence.json"
"""What these two are called at the artifact root of a run."""


_OF_FIRST_RELEASE = {"modelratchet/verdict": 2, "modelratchet/evidence": 2}


@dataclass(frozen=True)
class Named:
    """What a report should be: the record that it holds in this release, and where it was found, for messages."""

    record: type[WrittenRecord]
    source: str


def report_bytes(document: Any) -> bytes:
    """The one form that reports are written in."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def parse_report(data: bytes, source: str) -> dict[str, Any]:
    """Parse a report's bytes.

    Raises:
        EvidenceError: they are no JSON object, or not in the form that reports are written in.
    """
    try:
        document = json.loads(data)
        is_written_so = isinstance(document, dict) and report_bytes(document) == data
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{source} is not JSON: {error}") from error
    if not is_written_so:
        raise EvidenceError(f"{source} was edited: it is not in the form that it is written in")
    return dict(document)


def parse_named_report(data: bytes, digest: str, named: Named) -> dict[str, Any]:
    """Parse a report whose digest is known from elsewhere.

    Raises:
        EvidenceError: see `parse_report`.
        DigestError: it is another one.
    """
    document = parse_report(data, named.source)
    found = digest_value(document)
    if digest not in (found, _digest_of_first_release(document, named.record)):
        raise DigestError(f"{named.source} was changed: its digest is {found}, expected {digest}")
    return document


def _digest_of_first_release(document: dict[str, Any], record: type[WrittenRecord]) -> str:
    """Release 0.1 took digests of what it had read: a number that was written as 0 where the record has a float had become 0.0."""
    if document.get("format_version") != _OF_FIRST_RELEASE.get(str(document.get("format"))):
        return digest_value(document)
    header = {name: document.get(name) for name in ("format", "format_version")}
    try:
        return digest_value(_within(document, {**encode(from_document(record, document, "")), **header}))
    except EvidenceError:
        return digest_value(document)


def _within(document: Any, value: Any) -> Any:
    """The value without the members that the document lacks: fields that came later."""
    if isinstance(document, dict) and isinstance(value, dict):
        return {name: _within(item, value[name]) if name in value else item for name, item in document.items()}
    if isinstance(document, list) and isinstance(value, list):
        return [_within(*pair) for pair in zip(document, value, strict=True)]
    return value
