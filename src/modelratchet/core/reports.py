"""Digests of reports as files: whatever release wrote them, without knowing the record inside.

Called by whoever reads a report that another machine or another release left in the registry.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import WrittenRecord, from_document, to_document
from modelratchet.errors import DigestError, EvidenceError

VERDICT_NAME = "verdict.json"
EVIDENCE_NAME = "evidence.json"
"""What these two are called at the artifact root of a run."""


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
    found = _digest(document, named.record)
    if digest not in (found, digest_value(document)):
        raise DigestError(f"{named.source} was changed: its digest is {found}, expected {digest}")
    return document


def _digest(document: dict[str, Any], record: type[WrittenRecord]) -> str:
    """As the record has it: a number that was written as 0 and is read as 0.0 has another digest than its text."""
    try:
        return digest_value(to_document(from_document(record, document, "")))
    except EvidenceError:  # of another release: its text has to do
        return digest_value(document)
