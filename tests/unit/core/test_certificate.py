"""A certificate has one form, says what its event and manifest say, and takes no edit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelratchet.core.certificate import (
    Certificate,
    certificate_of,
    decode_certificate,
    encode_certificate,
)
from modelratchet.core.ledger import EventKind
from modelratchet.core.manifest import Lineage, Manifest
from modelratchet.errors import DigestError, EvidenceError
from tests.samples.events import event

GOLDEN = Path(__file__).parents[2] / "golden" / "certificate.json"
GOLDEN_2 = GOLDEN.with_name("certificate_2.json")
MANIFEST = Manifest(
    {"model.onnx": "sha256:" + "a" * 64, "schema.json": "sha256:" + "b" * 64},
    Lineage("sha256:data", "sha256:params", "sha256:source", "sha256:lock", {"numpy": "2.4.6"}),
)


def certificate(**changes: object) -> Certificate:
    return certificate_of(event(MANIFEST.digest, **changes), MANIFEST)


def test_a_certificate_comes_back_as_it_was() -> None:
    made = certificate(reason="naïve “quotes” \u2028 and 🛫", verdict_digest=None)

    assert decode_certificate(encode_certificate(made), "x") == made


def test_the_certificate_of_an_event_of_the_first_release_is_written_as_that_release_wrote_it() -> None:
    found = decode_certificate(GOLDEN.read_bytes(), "golden")

    assert replace(found, event_digest="") == replace(certificate(), event_digest="")
    assert encode_certificate(certificate_of(found.event, found.manifest)) == GOLDEN.read_bytes()


def test_a_certificate_is_written_as_this_release_writes_it() -> None:
    assert encode_certificate(certificate()) == GOLDEN_2.read_bytes()


def test_a_certificate_is_an_in_toto_statement_about_the_bundle_and_each_file() -> None:
    statement = json.loads(encode_certificate(certificate()))

    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "urn:modelratchet:certificate:v1"
    assert [item["name"] for item in statement["subject"]] == ["bundle", "model.onnx", "schema.json"]
    assert statement["subject"][0]["digest"]["sha256"] == MANIFEST.digest.removeprefix("sha256:")
    assert statement["predicate"]["event_digest"] == certificate().event.digest


def test_an_event_about_another_bundle_is_not_certified() -> None:
    with pytest.raises(DigestError, match="is about bundle sha256:other"):
        certificate_of(event("sha256:other"), MANIFEST)


def test_only_an_anchors_certificate_names_no_champion() -> None:
    kinds = [kind for kind in EventKind if not certificate(kind=kind).is_of_champion]

    assert kinds == [EventKind.ANCHORED]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda it: it.update(_type="https://in-toto.io/Statement/v0.1"), "no in-toto statement"),
        (lambda it: it.update(predicateType="urn:modelratchet:certificate:v2"), "expected urn:modelratchet:certificate:v1"),
        (lambda it: it["predicate"].update(format_version=3), "version 3, which a later release of modelratchet wrote"),
        (lambda it: it["predicate"]["event"].update(counter=2), "its event has digest"),
        (lambda it: it["predicate"]["event"].update(kind=["promoted"]), "expected one of"),
        (lambda it: it["predicate"]["event"].update(reason="\ud800"), "was edited"),
        (lambda it: it["predicate"]["manifest"]["files"].update({"model.onnx": "sha256:0"}), "its manifest has digest"),
        (lambda it: it["subject"][1]["digest"].update(sha256="0" * 64), "its subjects are not"),
        (lambda it: it.update(surplus=1), "not in the one form"),
    ],
)  # fmt: skip
def test_an_edited_certificate_is_refused(change: Any, message: str) -> None:
    statement = json.loads(encode_certificate(certificate()))
    change(statement)

    with pytest.raises(EvidenceError, match=message):
        decode_certificate(json.dumps(statement, sort_keys=True, separators=(",", ":")).encode() + b"\n", "it")


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"_type": ["a"]}'])
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        decode_certificate(data, "it")


def test_the_same_json_in_other_bytes_is_refused() -> None:
    data = encode_certificate(certificate())

    for other in (data + b" ", data[:-1], data.replace(b",", b", ", 1), data.replace(b'"counter":1', b'"counter":1.0')):
        with pytest.raises(EvidenceError):
            decode_certificate(other, "it")


def test_a_forger_who_mends_every_digest_is_left_to_signature_and_ledger() -> None:
    forged = certificate(version="99")

    assert decode_certificate(encode_certificate(forged), "x").event_digest != certificate().event_digest


def test_an_event_about_another_model_than_its_bundles_is_neither_certified_nor_believed() -> None:
    with pytest.raises(DigestError, match="is about model sha256:other"):
        certificate_of(event(MANIFEST.digest, model_digest="sha256:other"), MANIFEST)
    forged = Certificate(
        event(MANIFEST.digest, model_digest="sha256:other").digest,
        event(MANIFEST.digest, model_digest="sha256:other"),
        MANIFEST,
    )

    with pytest.raises(EvidenceError, match="its bundle holds model"):
        decode_certificate(encode_certificate(forged), "it")


def test_a_right_event_names_its_bundles_model() -> None:
    made = certificate(model_digest=MANIFEST.model_digest)

    assert decode_certificate(encode_certificate(made), "x") == made
