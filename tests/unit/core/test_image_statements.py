"""Statements about images and their signatures: read back as they were written, and in the forms that others read."""

from __future__ import annotations

import base64
import json

import pytest
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance as ProvenanceMessage
from in_toto_attestation.v1.statement import Statement as OthersStatement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
from sigstore.dsse import _pae

from modelratchet.core.attachments import (
    SIGNATURE_LAYER,
    attachment_of,
    attachments_config,
    decode_attachments,
    encode_attachments,
)
from modelratchet.core.digests import digest_bytes
from modelratchet.core.dsse import decode_envelope, decode_statement, encode_envelope, encode_statement, signed_bytes
from modelratchet.core.image_statements import (
    BuildFacts,
    ImageRecord,
    image_record,
    image_statement,
    provenance_statement,
    simple_signing,
    simply_signed,
)
from modelratchet.errors import EvidenceError
from tests.samples.releases import release

DIGEST = "sha256:" + "a" * 64
RECORD = ImageRecord(
    "flights", "1", release().shipment.bundle.digest, "c" * 40, release().certificate, "PyPI", "", 79, (), 81, DIGEST
)
FACTS = BuildFacts(
    "urn:test", "https://example.org/runs/1", "2026-11-24T07:00:00Z", "2026-11-24T07:01:00Z", {"git+x": "gitCommit:abc"}
)


def test_statement_comes_back_as_it_was() -> None:
    statement = image_statement("localhost:5000/x", DIGEST, RECORD)

    assert decode_statement(encode_statement(statement)) == statement
    assert image_record(statement) == RECORD


def test_envelope_comes_back_as_it_was() -> None:
    assert decode_envelope(encode_envelope(b"payload", b"signature")) == (b"payload", (b"signature",))


def test_signed_bytes_are_those_of_sigstores_own_library() -> None:
    assert signed_bytes(b"{}") == _pae("application/vnd.in-toto+json", b"{}")


def test_provenance_is_one_by_in_totos_own_library() -> None:
    written = encode_statement(provenance_statement("localhost:5000/x", DIGEST, RECORD, FACTS))
    # both refuse a field that they do not know
    statement = json_format.Parse(written, StatementMessage())
    provenance = json_format.ParseDict(json.loads(written)["predicate"], ProvenanceMessage())

    OthersStatement.copy_from_pb(statement).validate()
    assert provenance.run_details.metadata.invocation_id == "https://example.org/runs/1"
    assert provenance.build_definition.resolved_dependencies[0].digest == {"gitCommit": "abc"}


def test_simple_signature_has_the_form_that_cosign_describes() -> None:
    document = json.loads(simple_signing("localhost:5000/x", DIGEST))

    assert document == {
        "critical": {
            "identity": {"docker-reference": "localhost:5000/x"},
            "image": {"docker-manifest-digest": DIGEST},
            "type": "cosign container image signature",
        },
        "optional": None,
    }
    assert simply_signed(simple_signing("localhost:5000/x", DIGEST)) == ("localhost:5000/x", DIGEST)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b'{"critical": {"type": "atomic container signature"}}', b"[" * 100_000]
)
def test_what_is_no_signature_of_an_image_is_refused(payload: bytes) -> None:
    with pytest.raises(EvidenceError):
        simply_signed(payload)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"payloadType": "x"}', b"[" * 100_000], ids=lambda data: repr(data[:9])
)
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        decode_envelope(data)


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"_type": "x", "subject": []}'])
def test_what_is_no_statement_is_refused(payload: bytes) -> None:
    with pytest.raises(EvidenceError):
        decode_statement(payload)


def test_attachments_come_back_as_they_were_and_point_at_their_configuration() -> None:
    layers = [attachment_of(SIGNATURE_LAYER, b"x", {"note": base64.b64encode(b"y").decode()})]
    data = encode_attachments(layers)

    assert decode_attachments(data) == tuple(layers)
    assert json.loads(data)["config"]["digest"] == digest_bytes(attachments_config(layers))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"layers": [1]}', b'{"layers": [{"mediaType": "x"}]}'])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        decode_attachments(data)
