"""Real signatures with real keys, made and checked without any network."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.model_signing_signer import ModelSigningSigner, ModelSigningVerifier
from modelratchet.errors import ConfigError, DigestError, EvidenceError, MissingEvidenceError
from modelratchet.usecases.ports.signing import signature_path
from tests.samples.events import key_pair

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    private, _ = key_pair(tmp_path)
    path = tmp_path / "flights-1.json"
    path.write_text('{"a":1}\n')
    assert ModelSigningSigner(private, None).sign(path) == signature_path(path)
    return path


def test_what_was_signed_verifies_with_the_public_key_and_under_another_name(signed: Path) -> None:
    verifier = ModelSigningVerifier(signed.parent / "key.pub")
    verifier.verify(signed)
    moved = signed.rename(signed.parent / "moved.json")
    signature_path(signed).rename(signature_path(moved))

    verifier.verify(moved)


def test_a_signer_knows_its_own_signature_and_no_other(signed: Path) -> None:
    ModelSigningSigner(signed.parent / "key.pem", None).verify(signed)
    other, _ = key_pair(signed.parent, "other")

    with pytest.raises(DigestError, match="does not sign"):
        ModelSigningSigner(other, None).verify(signed)


def test_a_changed_file_does_not_verify(signed: Path) -> None:
    signed.write_text('{"a":2}\n')

    with pytest.raises(DigestError, match="does not sign"):
        ModelSigningVerifier(signed.parent / "key.pub").verify(signed)


def test_a_missing_signature_is_said(signed: Path) -> None:
    signature_path(signed).unlink()

    with pytest.raises(MissingEvidenceError, match=r"flights-1\.json\.sig is not there"):
        ModelSigningVerifier(signed.parent / "key.pub").verify(signed)


def _with(document: dict[str, Any], change: str) -> bytes:
    envelope = document["dsseEnvelope"]
    if change == "payload":
        payload = base64.b64decode(envelope["payload"]).replace(b'"name": "."', b'"name": "x"')
        envelope["payload"] = base64.b64encode(payload).decode()
    if change == "hint":
        document["verificationMaterial"]["publicKey"]["hint"] = ""
    if change == "keyid":
        envelope["signatures"][0]["keyid"] = "me"
    if change == "no signature":
        envelope["signatures"] = []
    text = json.dumps(document, separators=(",", ":"))
    return (text + " " if change == "space" else text).encode()


@pytest.mark.parametrize("change", ["payload", "hint", "keyid", "no signature", "space"])
def test_an_edited_signature_is_refused(signed: Path, change: str) -> None:
    signature = signature_path(signed)
    signature.write_bytes(_with(json.loads(signature.read_bytes()), change))

    with pytest.raises(EvidenceError):
        ModelSigningVerifier(signed.parent / "key.pub").verify(signed)


def test_a_key_with_a_password_signs_and_the_password_is_told_to_nobody(tmp_path: Path) -> None:
    private, public = key_pair(tmp_path, password="right")
    path = tmp_path / "x.json"
    path.write_text("{}")
    ModelSigningSigner(private, "right").sign(path)
    ModelSigningVerifier(public).verify(path)

    with pytest.raises(ConfigError) as caught:
        ModelSigningSigner(private, "hunter2").sign(path)
    assert "hunter2" not in str(caught.value) + repr(caught.value.__cause__)
    assert "private key" in caught.value.message


@pytest.mark.parametrize("content", [None, b"", b"no key", "public"])
def test_a_key_that_cannot_be_used_is_a_fault_of_configuration(signed: Path, content: bytes | str | None) -> None:
    key = signed.parent / "broken.pem"
    if content == "public":
        key.write_bytes((signed.parent / "key.pub").read_bytes())
    elif isinstance(content, bytes):
        key.write_bytes(content)

    with pytest.raises(ConfigError, match="private key"):
        ModelSigningSigner(key, None).sign(signed)
