"""Records survive being written, and what is malformed is named by its path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelratchet.core.evidence import Comparison, Evidence
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.gate import decide
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from tests.samples import evidence as sample


def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(json.dumps(to_document(sample.evidence())))
    return content


def test_evidence_and_verdict_come_back_as_they_were() -> None:
    evidence = sample.evidence()
    verdict = decide("flights", evidence, sample.policy())

    assert from_document(Evidence, json.loads(json.dumps(to_document(evidence))), "x") == evidence
    assert from_document(Verdict, json.loads(json.dumps(to_document(verdict))), "x") == verdict


def test_whole_number_is_read_where_a_fraction_is_expected() -> None:
    content = document()
    content["parity"]["tolerance"] = 1

    assert from_document(Evidence, content, "x").parity.tolerance == 1.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ["format_version"],
            99,
            "version 99, which a later release of modelratchet wrote; this one reads versions 2 to 3",
        ),
        (["format"], "other", "is other version 3, expected modelratchet/evidence, versions 2 to 3"),
        (["bundle_digest"], 5, "Evidence.bundle_digest: found 5, expected str"),
        (["parity", "parts"], {}, "Evidence.parity.parts"),
        (["parity", "parts", 0, "n_rows"], True, "parts[0].n_rows: found True, expected int"),
        (["parity", "tolerance"], float("nan"), "Evidence.parity.tolerance: found nan, expected a finite number"),
        (["parity", "tolerance"], 10**400, "expected a finite number"),
        (["evaluation", "task"], "guess", "Evidence.evaluation.task"),
        (["comparison", "surplus"], 1, "unknown fields ['surplus']"),
    ],
)
def test_malformed_record_is_refused_with_its_path(path: list[Any], value: object, message: str) -> None:
    content = document()
    place: Any = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    with pytest.raises(EvidenceError) as caught:
        from_document(Evidence, content, "evidence.json")

    assert message in caught.value.message
    assert "evidence.json" in caught.value.message


def test_missing_field_is_refused() -> None:
    content = json.loads(json.dumps(to_document(sample.comparison())))
    del content["standing"]

    with pytest.raises(EvidenceError, match="missing fields \\['standing'\\]"):
        from_document(Comparison, content, "x")
