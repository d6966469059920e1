"""A report's digest is of what was written; release 0.1 took it of what it had read, and its reports alone are taken by that too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelratchet.core.digests import digest_value
from modelratchet.core.formats import to_document
from modelratchet.core.gate import decide
from modelratchet.core.reports import Named, parse_named_report, report_bytes
from modelratchet.core.verdict import Verdict
from modelratchet.errors import DigestError
from tests.samples import evidence as samples

NAMED = Named(Verdict, "verdict.json")


def written() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(to_document(decide("m", samples.evidence(), samples.policy()))))
    document["findings"][0]["numbers"] = {"n": 0.0}
    return document


def with_whole_numbers(document: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(document))
    changed["findings"][0]["numbers"] = {"n": 0}
    return changed


def of_first_release(document: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in ("model_digest", "rules_version")}
    return {**kept, "format_version": 2}


def test_a_report_of_this_release_is_taken_by_its_own_digest_alone() -> None:
    document = written()
    changed = with_whole_numbers(document)

    assert parse_named_report(report_bytes(document), digest_value(document), NAMED) == document
    with pytest.raises(DigestError):
        parse_named_report(report_bytes(changed), digest_value(document), NAMED)


def test_a_report_of_release_0_1_is_taken_by_the_digest_of_what_that_release_had_read() -> None:
    document = of_first_release(written())
    changed = with_whole_numbers(document)

    assert parse_named_report(report_bytes(changed), digest_value(document), NAMED) == changed
