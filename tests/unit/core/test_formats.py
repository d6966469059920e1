"""Records survive being written, and what is malformed is named by its path."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

from modelratchet.core.digests import digest_value
from modelratchet.core.evidence import Comparison, Evidence
from modelratchet.core.formats import added, digest_of, from_document, to_document
from modelratchet.core.gate import decide
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError, LaterReleaseError
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


@dataclass(frozen=True)
class Part:
    """A record without a format of its own, which grew too."""

    name: str
    weight: float | None = added(3)


@dataclass(frozen=True)
class Grown:
    """A format that two releases gave a field each."""

    FORMAT: ClassVar[str] = "modelratchet/grown"
    VERSION: ClassVar[int] = 3

    name: str
    part: Part
    second: str | None = added(2)
    third: int = added(3, 7)


def grown(version: int, **fields: Any) -> dict[str, Any]:
    return {"format": "modelratchet/grown", "format_version": version, "name": "a", "part": {"name": "b"}, **fields}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (grown(1), Grown("a", Part("b"))),
        (grown(2, second="x"), Grown("a", Part("b"), "x")),
        (grown(3, second=None, third=9, part={"name": "b", "weight": 0.5}), Grown("a", Part("b", 0.5), None, 9)),
    ],
)
def test_every_earlier_version_is_read_and_keeps_its_document_and_its_digest(
    document: dict[str, Any], expected: Grown
) -> None:
    found = from_document(Grown, document, "x")

    assert found == expected
    assert to_document(found) == document
    assert digest_of(found) == digest_value(document)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (grown(1, second="x"), "unknown fields ['second'], missing fields []"),
        (grown(2), "unknown fields [], missing fields ['second']"),
        (grown(3, second="x"), "unknown fields [], missing fields ['third']"),
        (grown(0), "is modelratchet/grown version 0, expected modelratchet/grown, versions 1 to 3"),
        (grown(True), "is modelratchet/grown version True"),
    ],
)
def test_a_document_has_the_fields_of_its_own_version(document: dict[str, Any], said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        from_document(Grown, document, "x")

    assert said in caught.value.message


def test_a_later_version_is_refused_by_saying_that_a_later_release_wrote_it() -> None:
    with pytest.raises(LaterReleaseError, match="version 4, which a later release of modelratchet wrote") as caught:
        from_document(Grown, grown(4, fourth=1), "x")

    assert "upgrade.md" in caught.value.hint


def test_a_copy_with_a_change_is_written_in_todays_version() -> None:
    changed = replace(from_document(Grown, grown(1), "x"), name="c")

    assert to_document(changed)["format_version"] == 3
    assert to_document(changed) == to_document(Grown("c", Part("b")))
